/** Signing in on one's own machine: the gateway hands out a token for each role. */

import { fetchSettings, type LocalUser } from "./settings";
import { setToken } from "./token";

export type Role = LocalUser["role"];

const KEPT = "argot.token";

export function restoreLocal(): void {
  setToken(sessionStorage.getItem(KEPT));
}

/** With a token that is made now: those of an earlier visit to this page may have expired. */
export async function signInAs(role: Role): Promise<void> {
  const { sign_in: signIn } = await fetchSettings();
  const users = signIn?.kind === "local" ? signIn.users : [];
  const user = users.find((each) => each.role === role);
  if (!user) throw new Error("The gateway signs nobody in any more");
  sessionStorage.setItem(KEPT, user.token);
  setToken(user.token);
}

export function signOutLocal(): void {
  sessionStorage.removeItem(KEPT);
  setToken(null);
}
