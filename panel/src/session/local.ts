/** Signing in on one's own machine: the gateway hands out a token for a role. */

import { setToken } from "./token";

export const ROLES = ["user", "admin", "sysop"] as const;
export type Role = (typeof ROLES)[number];

const KEPT = "argot.token";

export function restoreLocal(): void {
  setToken(sessionStorage.getItem(KEPT));
}

export async function signInAs(role: Role): Promise<void> {
  const response = await fetch("/panel/tokens", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ role }),
  });
  if (!response.ok) throw new Error(`Signing in answered ${response.status}`);
  const { token } = (await response.json()) as { token: string };
  sessionStorage.setItem(KEPT, token);
  setToken(token);
}

export function signOutLocal(): void {
  sessionStorage.removeItem(KEPT);
  setToken(null);
}
