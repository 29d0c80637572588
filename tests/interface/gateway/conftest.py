"""A gateway process with fake neighbours on a real broker."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import httpx
import jwt
import openai
import pytest

from shared.runtime.local.ports import Ports
from shared.runtime.local.processes import Process

from .speech import BODY_LIMIT, FakeStorage, openai_client

SECRET = "a secret of the tests, long enough for HS256"
NEIGHBOURS = ("catalog", "quota", "ingest", "validator", "trainer", "transcriber")
START_TIMEOUT_S = 30


def token(org: str = "acme", roles: Sequence[str] = ("user",), **claims: Any) -> str:
    """A valid bearer token."""
    payload = {"sub": "ann", "name": "Ann", "org": org, "org_name": org.title()}
    payload |= {"roles": list(roles), "exp": int(time.time()) + 600, **claims}
    return jwt.encode(payload, SECRET, algorithm="HS256")


def authorization(
    org: str = "acme", roles: Sequence[str] = ("user",), **claims: Any
) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(org, roles, **claims)}"}


class Stack:
    """A gateway and its neighbours, each a process that can be stopped, killed, started."""

    def __init__(
        self,
        folder: Path,
        amqp_url: str,
        authorize: Callable[..., dict[str, str]] = authorization,
        **settings: object,
    ) -> None:
        self._authorize = authorize
        self._ports = Ports()
        self.port = self._ports.take()
        self.url = f"http://127.0.0.1:{self.port}"
        environment = {
            **os.environ,
            "ARGOT_AMQP_URL": amqp_url,
            "ARGOT_JWT_SECRET": SECRET,
            "ARGOT_PORT": str(self.port),
            "ARGOT_RPC_TIMEOUT": "2",
            **{f"ARGOT_{name.upper()}": str(value) for name, value in settings.items()},
        }
        self.gateway = Process(
            "gateway",
            [sys.executable, "-m", "services.gateway"],
            log=folder / "gateway.log",
            env=environment,
        )
        script = Path(__file__).with_name("neighbours.py")
        self._neighbours = {
            name: Process(
                name,
                [sys.executable, script, *names],
                log=folder / f"{name}.log",
                env=environment,
            )
            for name, names in {"most": NEIGHBOURS[1:], "catalog": ("catalog",)}.items()
        }
        self.catalog = self._neighbours["catalog"]

    def client(self, **options: Any) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30, **options)

    def start_gateway(self) -> None:
        self.gateway.start()
        self.gateway.wait_until(self.alive, START_TIMEOUT_S)

    def alive(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz").status_code == 200
        except httpx.TransportError:
            return False

    def answers(self, path: str, status: int = 200) -> bool:
        """Whether GET of the path gives the status."""
        answer = httpx.get(self.url + path, headers=self._authorize(), timeout=30)
        return answer.status_code == status

    def __enter__(self) -> Self:
        for neighbour in self._neighbours.values():
            neighbour.start()
        self.start_gateway()
        for path in ("/api/v1/custom-models/m1", "/api/v1/transcriptions/x1"):
            self.gateway.wait_until(lambda path=path: self.answers(path), START_TIMEOUT_S)  # type: ignore[misc]
        return self

    def __exit__(self, *_: object) -> None:
        for process in (self.gateway, *self._neighbours.values()):
            process.kill()
        self._ports.close()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, amqp_url: str) -> Iterator[Stack]:
    """One for the module: its tests leave it as they found it."""
    with Stack(tmp_path_factory.mktemp("gateway"), amqp_url) as running:
        yield running


@pytest.fixture(scope="module")
def http(stack: Stack) -> Iterator[httpx.Client]:
    """A client without a token."""
    with stack.client() as client:
        yield client


@pytest.fixture(scope="session")
def bearer() -> Callable[..., dict[str, str]]:
    """The header of a token for `org`, `roles` and other claims."""
    return authorization


@pytest.fixture
def new_stack(tmp_path: Path) -> Callable[..., Stack]:
    """Makes a stack of the test's own, which it starts as a context."""
    return lambda amqp_url, **settings: Stack(tmp_path, amqp_url, **settings)


@pytest.fixture(scope="session")
def stack_type() -> type[Stack]:
    """For a module with settings of its own."""
    return Stack


@pytest.fixture(scope="module")
def taken() -> Iterator[FakeStorage]:
    """Storage that takes whatever is sent."""
    with FakeStorage() as storage:
        yield storage


@pytest.fixture(scope="module")
def speaking(
    tmp_path_factory: pytest.TempPathFactory,
    amqp_url: str,
    stack_type: type[Any],
    taken: FakeStorage,
) -> Iterator[Any]:
    settings = {
        "storage_endpoint": taken.endpoint,
        "audio_body_limit": BODY_LIMIT,
        "transcription_wait_seconds": 1.5,
    }
    with stack_type(tmp_path_factory.mktemp("speaking"), amqp_url, **settings) as stack:
        yield stack


@pytest.fixture
def client(speaking: Any, bearer: Callable[..., dict[str, str]]) -> Iterator[openai.OpenAI]:
    with openai_client(speaking, bearer(), max_retries=0) as opened:
        yield opened


@pytest.fixture
def raw(speaking: Any, bearer: Callable[..., dict[str, str]]) -> Iterator[httpx.Client]:
    with speaking.client(headers=bearer()) as opened:
        yield opened
