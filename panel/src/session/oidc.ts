/** Signing in at an OpenID Connect provider: authorization code with PKCE, renewed silently. */

import { ErrorResponse, ErrorTimeout, UserManager, WebStorageStateStore } from "oidc-client-ts";
import { Problem } from "../api/problem";
import { CALLBACK } from "./return";
import type { OpenIdSignIn } from "./settings";
import { setToken } from "./token";

/** Before a token expires; less than any provider's tokens live. */
const RENEWED_BEFORE_S = 30;

/** What a provider says that may answer otherwise the next time (RFC 6749, 4.1.2.1). */
const FOR_NOW = ["server_error", "temporarily_unavailable"];

export interface Oidc {
  restore(): Promise<void>;
  begin(): Promise<void>;
  /** Whether somebody has signed in here; not so in the frame that only renews. */
  finish(): Promise<boolean>;
  /** Another token; a refusal ends the session. Throws where the provider does not answer. */
  renew(): Promise<void>;
  end(): Promise<void>;
  expire(): Promise<void>;
}

export function openOidc(provider: OpenIdSignIn): Oidc {
  const target = targetOf(provider);
  const manager = new UserManager({
    authority: provider.authority,
    client_id: provider.client_id,
    scope: provider.scope,
    redirect_uri: window.location.origin + CALLBACK,
    post_logout_redirect_uri: `${window.location.origin}/`,
    response_type: "code",
    extraQueryParams: target,
    extraTokenParams: target,
    // By itself it would not ask for a token of the same audience.
    automaticSilentRenew: false,
    accessTokenExpiringNotificationTimeInSeconds: RENEWED_BEFORE_S,
    userStore: new WebStorageStateStore({ store: window.sessionStorage }),
  });

  let renewing: Promise<unknown> | null = null;
  let ended = false;

  /** By the refresh token, or else in a hidden frame. One at a time: a token may be for one use. */
  function attempt(): Promise<unknown> {
    renewing ??= manager.signinSilent({ extraTokenParams: target }).finally(() => {
      renewing = null;
    });
    return renewing;
  }

  async function renew(): Promise<void> {
    const user = await manager.getUser();
    try {
      await attempt();
    } catch (fault) {
      if (!isFinal(fault, !user?.refresh_token)) throw fault;
      await manager.removeUser();
    }
  }

  manager.events.addUserLoaded((user) => {
    if (ended) void manager.removeUser();
    else setToken(user.access_token);
  });
  manager.events.addUserUnloaded(() => setToken(null));
  manager.events.addAccessTokenExpiring(() => void attempt().catch(() => undefined));
  // The machine may have slept, or the provider not have answered. If it does not now, the next
  // request that is refused asks again.
  manager.events.addAccessTokenExpired(() => void renew().catch(() => undefined));

  return {
    async restore() {
      const user = await manager.getUser();
      if (user && !user.expired) setToken(user.access_token);
      else if (user?.refresh_token) await renew().catch(() => undefined);
    },
    begin: () => manager.signinRedirect(),
    async finish() {
      try {
        // Renewal comes back here too, in a hidden frame whose parent then hears of the new token.
        const user = await manager.signinCallback();
        if (user) setToken(user.access_token);
        return user !== undefined;
      } catch (refusal) {
        throw refusal instanceof ErrorResponse ? problemIn(refusal) : refusal;
      }
    },
    renew,
    async end() {
      // A renewal that is on its way must not sign in again.
      ended = true;
      setToken(null);
      // A provider without a sign-out page: forgetting the tokens must do.
      await manager.signoutRedirect().catch(() => manager.removeUser());
    },
    expire: () => manager.removeUser(),
  };
}

function isFinal(fault: unknown, inFrame: boolean): boolean {
  if (fault instanceof ErrorResponse) return !FOR_NOW.includes(fault.error ?? "");
  // A page that may not be in a frame says so to nobody.
  return inFrame && fault instanceof ErrorTimeout && navigator.onLine;
}

/** RFC 8707 has the one name, Auth0 and Hydra the other; an unknown one is ignored (RFC 6749). */
function targetOf({ audience }: OpenIdSignIn): Record<string, string> {
  return audience === null ? {} : { resource: audience, audience };
}

function problemIn({ error, error_description: description }: ErrorResponse): Problem {
  const code = error ?? "unknown";
  return new Problem(403, { code, title: code, detail: description ?? code });
}
