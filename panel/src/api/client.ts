import createClient, { type Middleware } from "openapi-fetch";
import { expireSession, replaceToken } from "../session/session";
import { currentToken } from "../session/token";
import { Problem, problemOf } from "./problem";
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

/** Throws where there was no answer; one refused for its token is sent again with another. */
export async function ask(request: Request): Promise<Response> {
  const token = currentToken();
  const response = await fetch(bearing(request.clone(), token));
  if (response.status !== 401 || token === null) return response;
  const other = await replaceToken(token);
  if (other === null) return response;
  const second = await fetch(bearing(request, other));
  if (second.status === 401) expireSession(other);
  return second;
}

function bearing(request: Request, token: string | null): Request {
  if (token !== null) request.headers.set("Authorization", `Bearer ${token}`);
  return request;
}

/** Throws the problem of an answer that is none of success. */
export async function refuse(response: Response): Promise<void> {
  if (!response.ok) throw await problemOf(response);
}

const refusals: Middleware = {
  async onResponse({ response }) {
    await refuse(response);
  },
};

export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: ask });
api.use(refusals);

/** For deletions: what somebody else has deleted is deleted. */
export async function gone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof Problem && error.status === 404)) throw error;
  }
}

/** What was answered; refusals have been thrown by then. */
export async function answerOf<Data>(call: Promise<{ data?: Data }>): Promise<Data> {
  const { data } = await call;
  return data as Data;
}
