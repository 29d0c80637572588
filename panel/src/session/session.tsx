import { createContext, type ReactNode, use, useSyncExternalStore } from "react";
import { restoreLocal, signOutLocal } from "./local";
import type { Oidc } from "./oidc";
import { CALLBACK, rememberPlace } from "./return";
import { fetchSettings, type PanelSettings } from "./settings";
import { currentToken, onToken, setToken } from "./token";

/** How this panel signs in, and what it keeps of who did. */
export interface Session {
  settings: PanelSettings;
  oidc: Oidc | null;
  signOut(): Promise<void>;
}

const SessionContext = createContext<Session | null>(null);

let opened: Session | null = null;
let refused = false;

/** Ask how to sign in, and take up a session that was there before a reload. */
export async function openSession(): Promise<Session> {
  const settings = await fetchSettings();
  let oidc: Oidc | null = null;
  if (settings.sign_in?.kind === "oidc") {
    const { openOidc } = await import("./oidc");
    oidc = openOidc(settings.sign_in);
    if (window.location.pathname !== CALLBACK) await oidc.restore();
  } else {
    restoreLocal();
  }
  opened = { settings, oidc, signOut: () => signOut(oidc) };
  return opened;
}

async function signOut(oidc: Oidc | null): Promise<void> {
  refused = false;
  if (oidc) await oidc.end();
  else signOutLocal();
}

/**
 * A token in the place of one that the server refused; null where nobody is signed in any more.
 * Throws where the provider does not answer.
 */
export async function replaceToken(token: string): Promise<string | null> {
  if (!opened?.oidc) {
    expireSession(token);
    return null;
  }
  if (token === currentToken()) await opened.oidc.renew();
  return currentToken();
}

/** The server does not take this token: sign in again, and come back to this page. */
export function expireSession(token: string): void {
  if (token !== currentToken()) return;
  refused = true;
  rememberPlace();
  if (opened?.oidc) void opened.oidc.expire();
  else signOutLocal();
  setToken(null);
}

/** Whether it was the server that ended the session. */
export function wasRefused(): boolean {
  return refused;
}

export function SessionProvider({ session, children }: { session: Session; children: ReactNode }) {
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error("There is no session around this component");
  return session;
}

export function useSignedIn(): boolean {
  return useSyncExternalStore(onToken, currentToken) !== null;
}
