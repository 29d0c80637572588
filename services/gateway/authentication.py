"""Who asks: bearer tokens, proven by a shared secret or by the keys of a key server."""

import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, Protocol, get_args

import jwt
import structlog
from jwt.exceptions import PyJWKClientConnectionError
from jwt.warnings import InsecureKeyLengthWarning
from nameko.extensions import DependencyProvider, SharedExtension

from services.gateway.settings import ClaimName, Settings
from shared.errors import ArgotError

Role = Literal["user", "admin", "sysop"]
ROLES: frozenset[str] = frozenset(get_args(Role))

KEYS_LIFESPAN_S = 600
KEYS_TIMEOUT_S = 3
KEYS_COOLDOWN_S = 10
CLOCK_SKEW_S = 60
"""A token may begin so much later than now; it never outlives its `exp`."""
REMEMBERED_S = 30
MAX_REMEMBERED = 1000
SAFE_SECRET_BYTES = 32
MAX_ID_LENGTH = 200

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Principal:
    """A proven user and the organisation that the user acts for."""

    user_id: str
    name: str
    organisation_id: str
    organisation_name: str
    parent_organisation_id: str | None
    roles: frozenset[str]


class Keys(Protocol):
    """Where the key that proves a token comes from; it fixes the algorithms that are accepted."""

    algorithms: list[str]

    def find(self, token: str) -> Any:
        """The key for this token. Raises `jwt.PyJWTError` where there is none."""
        ...


class SharedSecret:
    """One secret for all tokens, which are HS256."""

    algorithms = ["HS256"]  # noqa: RUF012 (a constant of the protocol)

    def __init__(self, secret: str) -> None:
        self._secret = secret
        if len(secret.encode()) < SAFE_SECRET_BYTES:
            log.warning("short_jwt_secret", bytes=len(secret.encode()))
            warnings.simplefilter("ignore", InsecureKeyLengthWarning)  # said once is enough

    def find(self, _token: str) -> str:
        """The secret."""
        return self._secret


class KeyServer:
    """Public keys by their `kid`, fetched again when one is unknown or the set is `lifespan` old.

    Sets are fetched `cooldown` seconds apart at least. Keys once seen still prove tokens while the
    key server is away. A token cannot choose the algorithm: a key is bound to its own, and only
    asymmetric ones are accepted.
    """

    algorithms = ["RS256", "ES256"]  # noqa: RUF012 (a constant of the protocol)

    def __init__(
        self, url: str, lifespan: float = KEYS_LIFESPAN_S, cooldown: float = KEYS_COOLDOWN_S
    ) -> None:
        self._client = jwt.PyJWKClient(
            url, lifespan=lifespan, timeout=KEYS_TIMEOUT_S, cooldown_duration=cooldown
        )
        self._cooldown = cooldown
        self._seen: dict[str, jwt.PyJWK] = {}
        self._away_until = 0.0

    def find(self, token: str) -> jwt.PyJWK:
        """The key that the token names.

        Raises `service-unavailable` where the key server does not answer and the key is new.
        """
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in self.algorithms or "kid" not in header:
            raise jwt.InvalidTokenError("no key of ours")
        kid = header["kid"]
        if time.monotonic() >= self._away_until:
            try:
                found = self._client.get_signing_key(kid)
                # All of the set and nothing else, so that what was removed is forgotten.
                self._seen = {str(key.key_id): key for key in self._client.get_signing_keys()}
                return found
            except (PyJWKClientConnectionError, OSError, ValueError):  # no answer, or no JSON
                self._away_until = time.monotonic() + self._cooldown
            except (jwt.PyJWKClientError, jwt.PyJWKSetError):
                self._seen.pop(kid, None)
                raise
        if kid not in self._seen:
            raise ArgotError("service-unavailable", "The key server did not answer in time")
        return self._seen[kid]


class Authenticator:
    """Turns the `Authorization` header into a principal.

    A proof is remembered for half a minute, as it costs more than the rest of a short request.
    """

    def __init__(
        self,
        keys: Keys,
        issuer: str | None,
        audience: str | None,
        names: Mapping[ClaimName, str] = MappingProxyType({}),
    ) -> None:
        self._keys = keys
        self._names = names
        self._issuer = issuer
        self._audience = audience
        self._proven: dict[str, tuple[float, Principal]] = {}

    def authenticate(self, authorization: str) -> Principal:
        """The principal of a bearer token.

        Raises `unauthenticated` for no token, a bad or an expired one, without saying which part
        of a bad one was wrong; `service-unavailable` where no key can be had.
        """
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise ArgotError("unauthenticated", "Send a bearer token")
        until, principal = self._proven.get(token, (0.0, None))
        if principal is not None and time.time() < until:
            return principal
        try:
            return self._prove(token)
        except jwt.ExpiredSignatureError as error:
            raise ArgotError("unauthenticated", "The token has expired") from error
        except (jwt.PyJWTError, ValueError, OverflowError, RecursionError) as error:
            raise ArgotError("unauthenticated", "The token is not valid") from error

    def _prove(self, token: str) -> Principal:
        claims = self._claims(token)
        principal = _principal(claims)
        if len(self._proven) >= MAX_REMEMBERED:
            self._proven.clear()
        self._proven[token] = (min(int(claims["exp"]), time.time() + REMEMBERED_S), principal)
        return principal

    def _claims(self, token: str) -> dict[str, Any]:
        claims: dict[str, Any] = jwt.decode(
            token,
            self._keys.find(token),
            algorithms=self._keys.algorithms,
            issuer=self._issuer,
            audience=self._audience,
            leeway=CLOCK_SKEW_S,
            options={
                "require": ["exp", self._names.get("sub", "sub"), self._names.get("org", "org")],
                "verify_iss": self._issuer is not None,
                "verify_aud": self._audience is not None,
                "verify_iat": False,  # `exp` and `nbf` are what counts
            },
        )
        if int(claims["exp"]) <= time.time():  # the leeway is for `nbf`
            raise jwt.ExpiredSignatureError
        return claims | {ours: claims.get(theirs) for ours, theirs in self._names.items()}


def authenticator(settings: Settings) -> Authenticator:
    """By the settings' secret or key server."""
    keys: Keys
    if settings.jwt_secret is not None:
        keys = SharedSecret(settings.jwt_secret.get_secret_value())
    else:
        keys = KeyServer(str(settings.jwks_url), settings.jwks_cache_seconds)
    return Authenticator(keys, settings.jwt_issuer, settings.jwt_audience, settings.jwt_claims)


class Proof(SharedExtension):  # type: ignore[misc]
    """The `Authenticator` of this process. It keeps the keys, so there is one."""

    def setup(self) -> None:
        """By the settings' secret or key server."""
        self.authenticator = authenticator(self.container.config["settings"])


class Authentication(DependencyProvider):  # type: ignore[misc]
    """Injects the `Authenticator`."""

    proof = Proof()

    def get_dependency(self, _worker_ctx: Any) -> Authenticator:
        """The one of the process."""
        found: Authenticator = self.proof.authenticator
        return found


def _principal(claims: dict[str, Any]) -> Principal:
    user_id, organisation_id = _identifier(claims, "sub"), _identifier(claims, "org")
    parent_id = _identifier(claims, "parent_org")
    roles = [] if claims.get("roles") is None else claims["roles"]
    if not user_id or not organisation_id or not isinstance(roles, list):
        raise ValueError("the claims are not ours")
    return Principal(
        user_id=user_id,
        name=_text(claims, "name") or user_id,
        organisation_id=organisation_id,
        organisation_name=_text(claims, "org_name") or organisation_id,
        parent_organisation_id=None if parent_id in {"", organisation_id} else parent_id,
        roles=ROLES.intersection(role for role in roles if isinstance(role, str)),
    )


def _identifier(claims: dict[str, Any], name: str) -> str:
    """A text that every database can keep and compare."""
    value = _text(claims, name)
    if len(value) > MAX_ID_LENGTH or not value.isprintable():
        raise ValueError(f"{name} is no id")
    return value


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name} is no text")
    return value or ""
