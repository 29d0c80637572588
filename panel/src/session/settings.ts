import type { components } from "../api/schema";

/** What the gateway tells the panel before anybody has signed in. */
export type PanelSettings = components["schemas"]["PanelSettings"];
export type LocalUser = components["schemas"]["LocalUser"];
export type OpenIdSignIn = components["schemas"]["OpenIdSignIn"];

export async function fetchSettings(): Promise<PanelSettings> {
  const response = await fetch("/panel/settings.json");
  if (!response.ok) throw new Error(`The panel's settings answered ${response.status}`);
  return response.json();
}
