/** Signing in at an OpenID Connect provider: authorization code with PKCE, renewed silently. */

import { UserManager, WebStorageStateStore } from "oidc-client-ts";
import { CALLBACK } from "./return";
import type { OpenIdSignIn } from "./settings";
import { setToken } from "./token";

export interface Oidc {
  restore(): Promise<void>;
  begin(): Promise<void>;
  finish(): Promise<void>;
  end(): Promise<void>;
  expire(): Promise<void>;
}

export function openOidc(provider: OpenIdSignIn): Oidc {
  const manager = new UserManager({
    authority: provider.authority,
    client_id: provider.client_id,
    scope: provider.scope,
    redirect_uri: window.location.origin + CALLBACK,
    post_logout_redirect_uri: `${window.location.origin}/`,
    response_type: "code",
    automaticSilentRenew: true,
    userStore: new WebStorageStateStore({ store: window.sessionStorage }),
  });
  manager.events.addUserLoaded((user) => setToken(user.access_token));
  manager.events.addUserUnloaded(() => setToken(null));
  manager.events.addAccessTokenExpired(() => setToken(null));

  return {
    async restore() {
      const user = await manager.getUser();
      setToken(user && !user.expired ? user.access_token : null);
    },
    begin: () => manager.signinRedirect(),
    async finish() {
      // Renewal comes back here too, in a hidden frame whose parent then hears of the new token.
      const user = await manager.signinCallback();
      if (user) setToken(user.access_token);
    },
    async end() {
      setToken(null);
      // A provider without a sign-out page: forgetting the tokens must do.
      await manager.signoutRedirect().catch(() => manager.removeUser());
    },
    expire: () => manager.removeUser(),
  };
}
