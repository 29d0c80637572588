import createClient, { type Middleware } from "openapi-fetch";
import { expireSession } from "../session/session";
import { currentToken } from "../session/token";
import { problemOf } from "./problem";
import type { components, paths } from "./schema";

type Schemas = components["schemas"];
export type CustomModel = Schemas["CustomModel"];
export type StatusName = CustomModel["status_name"];
export type Dataset = Schemas["Dataset"];
export type Training = Schemas["Training"];
export type Evaluation = Schemas["Evaluation"];
export type RemainingClaims = Schemas["RemainingClaims"];
export type Language = Schemas["Language"];
export type Me = Schemas["Me"];
export type Verdict = Schemas["Verdict"];

export function authorization(): Record<string, string> {
  const token = currentToken();
  return token ? { Authorization: `Bearer ${token}` } : {};
}

/** Throws the problem of an answer that is none of success. */
export async function refuse(response: Response): Promise<void> {
  if (response.status === 401) expireSession();
  if (!response.ok) throw await problemOf(response);
}

const bearer: Middleware = {
  onRequest({ request }) {
    for (const [name, value] of Object.entries(authorization())) request.headers.set(name, value);
  },
  async onResponse({ response }) {
    await refuse(response);
  },
};

export const api = createClient<paths>({ baseUrl: window.location.origin });
api.use(bearer);

/** What was answered; refusals have been thrown by then. */
export async function answerOf<Data>(call: Promise<{ data?: Data }>): Promise<Data> {
  const { data } = await call;
  return data as Data;
}
