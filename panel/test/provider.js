/**
 * A certified OpenID Connect provider for the tests: anybody may sign in, as `name@organisation`.
 *
 * Environment: PORT; PANEL, the panel's address; LIFETIME of access tokens in seconds.
 */
import { generateKeyPairSync } from "node:crypto";
import Provider from "oidc-provider";

const { PORT, PANEL, LIFETIME } = process.env;
const issuer = `http://127.0.0.1:${PORT}`;

const key = (kind, options, rest) => ({
  ...generateKeyPairSync(kind, options).privateKey.export({ format: "jwk" }),
  use: "sig",
  ...rest,
});

const client = (id, grants) => ({
  client_id: id,
  token_endpoint_auth_method: "none",
  grant_types: grants,
  redirect_uris: [`${PANEL}/signed-in`],
  post_logout_redirect_uris: [`${PANEL}/`],
});

const provider = new Provider(issuer, {
  clients: [
    client("argot", ["authorization_code", "refresh_token"]),
    client("argot-without-refresh", ["authorization_code"]),
  ],
  jwks: {
    keys: [
      key("rsa", { modulusLength: 2048 }, { alg: "RS256", kid: "rsa" }),
      key("ec", { namedCurve: "P-256" }, { alg: "ES256", kid: "ec" }),
    ],
  },
  cookies: { keys: ["of a test"] },
  clientBasedCORS: () => true,
  // As Keycloak does; others do so for the scope `offline_access`.
  issueRefreshToken: (_, { grantTypes }) => grantTypes.includes("refresh_token"),
  findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
  features: {
    devInteractions: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_, audience) => ({
        scope: "",
        audience,
        accessTokenFormat: "jwt",
        accessTokenTTL: Number(LIFETIME),
        jwt: { sign: { alg: "ES256" } },
      }),
    },
  },
  extraTokenClaims(_, { accountId }) {
    const [name, org] = accountId.split("@");
    return { name, org, org_name: `The house of ${name}`, roles: ["admin"] };
  },
});

provider.listen(Number(PORT), "127.0.0.1");
