"""A gateway that knows its users by a key server's keys, and lets each ask only so often."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from shared.runtime.testing.keys import TestKeyServer

ISSUER, AUDIENCE = "https://id.example", "argot"
BURST = 25

Mint = Callable[..., dict[str, str]]


class Issuer:
    """An identity provider: its keys, and its tokens."""

    def __init__(self, server: TestKeyServer) -> None:
        self.server = server
        self.keys: dict[str, Any] = {}
        self.add("first", rsa.generate_private_key(public_exponent=65537, key_size=2048))

    def add(self, kid: str, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> None:
        self.keys[kid] = key
        self.server.publish(kid, key.public_key())

    def token(
        self, org: str = "acme", roles: Sequence[str] = ("user",), kid: str = "first", **claims: Any
    ) -> dict[str, str]:
        key = self.keys[kid]
        algorithm = "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
        payload = {"sub": "ann", "org": org, "roles": list(roles), "exp": time.time() + 600}
        payload |= {"iss": ISSUER, "aud": AUDIENCE, "jti": str(time.time_ns()), **claims}
        written = jwt.encode(payload, key, algorithm=algorithm, headers={"kid": kid})
        return {"Authorization": f"Bearer {written}"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with TestKeyServer() as server:
        yield Issuer(server)


@pytest.fixture(scope="module")
def guarded(
    tmp_path_factory: pytest.TempPathFactory,
    amqp_url: str,
    issuer: Issuer,
    stack_type: type[Any],
) -> Iterator[httpx.Client]:
    settings = {
        "jwt_secret": "",
        "jwks_url": issuer.server.url,
        "jwks_cache_seconds": 0.1,
        "jwt_issuer": ISSUER,
        "jwt_audience": AUDIENCE,
        "rate_limit": 1,
        "rate_burst": BURST,
        "failed_rate_limit": 0.5,
        "failed_rate_burst": BURST,
    }
    folder = tmp_path_factory.mktemp("guarded")
    probing = {"org": "acme", "jti": "the probe's"}
    with (
        stack_type(folder, amqp_url, lambda: issuer.token(**probing), **settings) as stack,
        stack.client() as client,
    ):
        yield client


def code(response: httpx.Response) -> str:
    found: str = response.json()["code"]
    return found


def me(http: httpx.Client, headers: dict[str, str]) -> int:
    return http.get("/api/v1/me", headers=headers).status_code


def eventually(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 15
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_keys_rotate(guarded: httpx.Client, issuer: Issuer) -> None:
    assert me(guarded, issuer.token("rotating")) == 200
    issuer.add("second", ec.generate_private_key(ec.SECP256R1()))
    eventually(lambda: me(guarded, issuer.token("rotating", kid="second")) == 200)
    issuer.server.withdraw("second")
    eventually(lambda: me(guarded, issuer.token("rotating 2", kid="second")) == 401)
    assert me(guarded, issuer.token("rotating")) == 200


def test_what_no_key_of_the_issuer_proves(guarded: httpx.Client, issuer: Issuer) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    claims = {"sub": "ann", "org": "acme", "exp": time.time() + 60, "iss": ISSUER, "aud": AUDIENCE}
    for token in (
        jwt.encode(claims, stranger, algorithm="RS256", headers={"kid": "first"}),
        jwt.encode(claims, "s" * 32, algorithm="HS256", headers={"kid": "first"}),
        jwt.encode(claims, "", algorithm="none", headers={"kid": "first"}),
        jwt.encode(claims | {"aud": "x"}, issuer.keys["first"], "RS256", {"kid": "first"}),
    ):
        response = guarded.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert (response.status_code, code(response)) == (401, "unauthenticated")


def test_an_organisation_that_asks_too_often(guarded: httpx.Client, issuer: Issuer) -> None:
    greedy, modest = issuer.token("greedy"), issuer.token("modest")
    answers = [guarded.get("/api/v1/me", headers=greedy) for _ in range(BURST + 10)]
    statuses = [answer.status_code for answer in answers]
    assert statuses[:BURST] == [200] * BURST
    assert statuses[-1] == 429
    refused = guarded.post("/api/v1/custom-models", content=b"{", headers=greedy)
    assert (refused.status_code, code(refused)) == (429, "rate-limited")
    assert int(refused.headers["Retry-After"]) >= 1
    assert me(guarded, modest) == 200
    eventually(lambda: me(guarded, issuer.token("greedy")) == 200)


def test_an_address_without_a_good_token(guarded: httpx.Client, issuer: Issuer) -> None:
    def ask() -> httpx.Response:
        return guarded.get("/api/v1/me", headers={"Authorization": "Bearer x.y.z"})

    statuses = {ask().status_code for _ in range(BURST + 10)}
    assert statuses == {401, 429}
    assert code(ask()) == "rate-limited"
    assert me(guarded, issuer.token("bystander")) == 200  # from the same address
    assert guarded.get("/healthz").status_code == 200
