/** What the gateway tells the panel before anybody has signed in. */
export interface PanelSettings {
  sign_in:
    | { kind: "local" }
    | { kind: "oidc"; authority: string; client_id: string; scope: string };
  upgrade_url: string | null;
}

export async function fetchSettings(): Promise<PanelSettings> {
  const response = await fetch("/panel/settings.json");
  if (!response.ok) throw new Error(`The panel's settings answered ${response.status}`);
  return response.json();
}
