"""Tokens: what proves one, and every way that one fails."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import ValidationError

from services.gateway import authentication
from services.gateway.authentication import Authenticator, KeyServer, Principal, SharedSecret
from services.gateway.settings import Settings
from shared.errors import ArgotError
from shared.runtime.testing.keys import TestKeyServer

SECRET = "a secret of the tests, long enough for HS256"
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
ISSUER, AUDIENCE = "https://id.example", "argot"


def claims(**other: Any) -> dict[str, Any]:
    """Good claims; None removes one."""
    full = {"sub": "ann", "org": "acme", "exp": int(time.time()) + 60, **other}
    return {name: value for name, value in full.items() if value is not None}


def signed(key: Any = SECRET, algorithm: str = "HS256", kid: str = "", **other: Any) -> str:
    headers = {"kid": kid} if kid else None
    return "Bearer " + jwt.encode(claims(**other), key, algorithm=algorithm, headers=headers)


def handmade(header: Any, body: Any, signature: bytes = b"x") -> str:
    """A token that no library would make."""
    parts = [json.dumps(header).encode(), json.dumps(body).encode(), signature]
    return (
        "Bearer "
        + b".".join(base64.urlsafe_b64encode(each).rstrip(b"=") for each in parts).decode()
    )


def refusal(authenticator: Authenticator, authorization: str) -> str:
    with pytest.raises(ArgotError) as caught:
        authenticator.authenticate(authorization)
    return caught.value.code


@pytest.fixture
def by_secret() -> Authenticator:
    return Authenticator(SharedSecret(SECRET), None, None)


def test_a_principal(by_secret: Authenticator) -> None:
    token = signed(name="Ann", org_name="Acme", parent_org="up", roles=["user", "king", 7])
    assert by_secret.authenticate(token) == Principal(
        user_id="ann",
        name="Ann",
        organisation_id="acme",
        organisation_name="Acme",
        parent_organisation_id="up",
        roles=frozenset({"user"}),
    )


def test_an_organisation_is_not_its_own_reseller(by_secret: Authenticator) -> None:
    assert by_secret.authenticate(signed(parent_org="acme")).parent_organisation_id is None


def test_optional_claims(by_secret: Authenticator) -> None:
    principal = by_secret.authenticate(signed().replace("Bearer", "bearer"))
    assert (principal.name, principal.organisation_name) == ("ann", "acme")
    assert (principal.parent_organisation_id, principal.roles) == (None, frozenset())


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer x.y.z",
        "Basic YTpi",
        signed("another secret, also long enough for it"),
        signed(algorithm="HS512"),
        signed(RSA_KEY, "RS256", kid="rsa"),
        signed(exp=None),
        signed(sub=None),
        signed(org=None),
        signed(sub=""),
        signed(org=""),
        signed(org=["acme"]),
        signed(exp=int(time.time()) - 1),
        signed(nbf=int(time.time()) + 120),
        signed(org="a\0b"),
        signed(org="x" * 201),
        signed(sub="\ud800"),
        signed(parent_org="a\nb"),
        signed(roles="sysop"),
        signed(name=5),
        handmade({"alg": "none"}, claims(), b""),
        handmade({"alg": "None"}, claims(), b""),
        handmade({"alg": "HS256"}, claims()),
        handmade({}, claims()),
        handmade([], claims()),
        "Bearer " + base64.urlsafe_b64encode(b"[" * 5000).decode() + ".e30.eA",
        signed() + "x",
    ],
    ids=lambda _: "bad",  # the tokens have times in them: no names for tests
)
def test_bad_tokens(by_secret: Authenticator, authorization: str) -> None:
    assert refusal(by_secret, authorization) == "unauthenticated"


@pytest.mark.parametrize("exp", ["soon", 1e400, [1]])
def test_an_expiry_that_is_no_time(by_secret: Authenticator, exp: Any) -> None:
    token = jwt.api_jws.encode(json.dumps(claims(exp=exp)).encode(), SECRET, algorithm="HS256")
    assert refusal(by_secret, f"Bearer {token}") == "unauthenticated"


def test_a_remembered_token_expires(
    by_secret: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = signed(exp=int(time.time()) + 10)
    by_secret.authenticate(token)
    monkeypatch.setattr(authentication.time, "time", lambda: 1e11)
    monkeypatch.setattr(by_secret, "_claims", lambda _token: pytest.fail("asked to prove again"))
    with pytest.raises(pytest.fail.Exception):
        by_secret.authenticate(token)


def test_issuer_and_audience_of_a_shared_secret() -> None:
    strict = Authenticator(SharedSecret(SECRET), ISSUER, AUDIENCE)
    assert strict.authenticate(signed(iss=ISSUER, aud=AUDIENCE)).user_id == "ann"
    for other in ({}, {"iss": ISSUER}, {"aud": AUDIENCE}, {"iss": "x", "aud": AUDIENCE}):
        assert refusal(strict, signed(**other)) == "unauthenticated"


def test_an_issuer_that_calls_claims_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARGOT_AMQP_URL", "amqp://")
    monkeypatch.setenv("ARGOT_JWT_SECRET", SECRET)
    monkeypatch.setenv("ARGOT_JWT_CLAIMS", '{"org": "tid", "roles": "https://argot/roles"}')
    renaming = authentication.authenticator(Settings())
    theirs = {"tid": "globex", "https://argot/roles": ["admin"], "roles": ["sysop"]}
    principal = renaming.authenticate(signed(**theirs))
    assert (principal.organisation_id, principal.roles) == ("globex", {"admin"})
    assert renaming.authenticate(signed(tid="globex", roles=["sysop"])).roles == frozenset()
    assert refusal(renaming, signed()) == "unauthenticated"
    monkeypatch.setenv("ARGOT_JWT_CLAIMS", '{"exp": "iat"}')
    with pytest.raises(ValidationError):
        Settings()


@pytest.fixture
def key_server() -> Iterator[TestKeyServer]:
    with TestKeyServer() as server:
        server.publish("rsa", RSA_KEY.public_key(), use="sig")
        server.publish("ec", EC_KEY.public_key(), alg="ES256")
        server.keys["oct"] = {
            "kty": "oct",
            "kid": "oct",
            "k": base64.urlsafe_b64encode(SECRET.encode()).decode(),
        }
        yield server


@pytest.fixture
def by_keys(key_server: TestKeyServer) -> Authenticator:
    return Authenticator(KeyServer(key_server.url), ISSUER, AUDIENCE)


def rotating(key_server: TestKeyServer) -> Authenticator:
    """One that asks the key server again at every chance."""
    return Authenticator(KeyServer(key_server.url, lifespan=0.01, cooldown=0), ISSUER, AUDIENCE)


def eventually(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def of_issuer(key: Any, algorithm: str, kid: str, **other: Any) -> str:
    return signed(key, algorithm, kid, **{"iss": ISSUER, "aud": AUDIENCE, **other})


def test_public_keys(key_server: TestKeyServer, by_keys: Authenticator) -> None:
    assert by_keys.authenticate(of_issuer(RSA_KEY, "RS256", "rsa")).user_id == "ann"
    assert by_keys.authenticate(of_issuer(EC_KEY, "ES256", "ec", aud=["x", AUDIENCE]))
    assert key_server.fetched == 1


def test_algorithm_confusion(by_keys: Authenticator) -> None:
    pem = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    body = claims(iss=ISSUER, aud=AUDIENCE)
    digest = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    unsigned = handmade({"alg": "HS256", "kid": "rsa"}, body).removeprefix("Bearer ")
    start = unsigned.rpartition(".")[0]
    proof = base64.urlsafe_b64encode(digest.sign(start.encode(), pem)).rstrip(b"=").decode()
    for authorization in (
        f"Bearer {start}.{proof}",
        of_issuer(SECRET, "HS256", "oct"),
        of_issuer(SECRET, "HS256", "rsa"),
        of_issuer(RSA_KEY, "RS256", "ec"),
        of_issuer(RSA_KEY, "RS512", "rsa"),
        of_issuer(RSA_KEY, "PS256", "rsa"),
        handmade({"alg": "none", "kid": "rsa"}, body, b""),
        handmade({"alg": "RS256", "kid": ["rsa"]}, body),
        signed(RSA_KEY, "RS256", iss=ISSUER, aud=AUDIENCE),
    ):
        assert refusal(by_keys, authorization) == "unauthenticated"


@pytest.mark.parametrize("other", [{"iss": "x"}, {"aud": "x"}, {"iss": None}, {"aud": None}])
def test_another_issuer_or_audience(by_keys: Authenticator, other: dict[str, Any]) -> None:
    assert refusal(by_keys, of_issuer(RSA_KEY, "RS256", "rsa", **other)) == "unauthenticated"


def test_unknown_keys_do_not_flood_the_key_server(
    key_server: TestKeyServer, by_keys: Authenticator
) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    for number in range(5):
        assert refusal(by_keys, of_issuer(stranger, "RS256", f"k{number}")) == "unauthenticated"
    assert key_server.fetched <= 2


def test_a_new_key_is_found(key_server: TestKeyServer) -> None:
    authenticator = rotating(key_server)
    authenticator.authenticate(of_issuer(RSA_KEY, "RS256", "rsa"))
    new = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    token = of_issuer(new, "RS256", "new")
    assert refusal(authenticator, token) == "unauthenticated"
    key_server.publish("new", new.public_key())
    assert authenticator.authenticate(token).user_id == "ann"
    assert authenticator.authenticate(of_issuer(RSA_KEY, "RS256", "rsa", name="Still good"))


def test_a_removed_key_is_refused(key_server: TestKeyServer) -> None:
    authenticator = rotating(key_server)
    authenticator.authenticate(of_issuer(RSA_KEY, "RS256", "rsa"))
    key_server.withdraw("rsa")
    names = (f"Ann {number}" for number in range(10**6))  # another token each time

    def is_refused() -> bool:
        try:
            authenticator.authenticate(of_issuer(RSA_KEY, "RS256", "rsa", name=next(names)))
        except ArgotError as error:
            return error.code == "unauthenticated"
        return False

    eventually(is_refused)
    assert authenticator.authenticate(of_issuer(EC_KEY, "ES256", "ec")).user_id == "ann"
    key_server.close()
    later = of_issuer(RSA_KEY, "RS256", "rsa", name="Later")
    assert refusal(authenticator, later) == "service-unavailable"


def test_a_key_that_was_removed_unnoticed_does_not_come_back(key_server: TestKeyServer) -> None:
    authenticator = rotating(key_server)
    authenticator.authenticate(of_issuer(RSA_KEY, "RS256", "rsa"))
    key_server.withdraw("rsa")
    fetched = key_server.fetched
    names = (f"Ann {number}" for number in range(10**6))

    def is_fetched() -> bool:
        assert authenticator.authenticate(of_issuer(EC_KEY, "ES256", "ec", name=next(names)))
        return key_server.fetched > fetched

    eventually(is_fetched)
    key_server.close()
    later = of_issuer(RSA_KEY, "RS256", "rsa", name="Later")
    assert refusal(authenticator, later) == "service-unavailable"


def test_a_key_server_that_is_away(key_server: TestKeyServer) -> None:
    authenticator = rotating(key_server)
    token = of_issuer(RSA_KEY, "RS256", "rsa")
    authenticator.authenticate(token)
    key_server.close()
    again = authenticator.authenticate(of_issuer(RSA_KEY, "RS256", "rsa", name="Again"))
    assert again.name == "Again"
    assert refusal(authenticator, of_issuer(EC_KEY, "ES256", "x")) == "service-unavailable"
    assert refusal(rotating(key_server), token) == "service-unavailable"


def test_a_key_server_that_talks_nonsense(key_server: TestKeyServer) -> None:
    key_server.broken = b"<html>Bad gateway</html>"
    authenticator = rotating(key_server)
    token = of_issuer(RSA_KEY, "RS256", "rsa")
    assert refusal(authenticator, token) == "service-unavailable"
    key_server.broken = None
    assert authenticator.authenticate(token).user_id == "ann"


@pytest.mark.parametrize(
    ("other", "good"),
    [
        ({"nbf": 50}, True),
        ({"nbf": 130}, False),
        ({"iat": 3600}, True),
        ({"exp": 2}, True),
        ({"exp": -1}, False),
        ({"exp": -50}, False),
        ({"exp": 0.0}, False),
    ],
    ids=str,
)
def test_clocks_that_differ(by_secret: Authenticator, other: dict[str, float], good: bool) -> None:
    """`nbf` may be a minute ahead; nothing outlives its `exp`."""
    token = signed(**{claim: time.time() + offset for claim, offset in other.items()})
    if good:
        assert by_secret.authenticate(token).user_id == "ann"
    else:
        assert refusal(by_secret, token) == "unauthenticated"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"jwt_secret": "x", "jwks_url": "http://x", "jwt_issuer": "i", "jwt_audience": "a"},
        {"jwks_url": "http://x"},
        {"jwks_url": "http://x", "jwt_issuer": "i"},
    ],
)
def test_settings_name_one_way(given: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("JWT_SECRET", "JWKS_URL", "JWT_ISSUER", "JWT_AUDIENCE"):
        monkeypatch.delenv(f"ARGOT_{name}", raising=False)
    with pytest.raises(ValidationError):
        Settings(amqp_url="amqp://", **given)  # type: ignore[arg-type]
