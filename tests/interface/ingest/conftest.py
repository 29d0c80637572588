"""Ingest as it runs: a service process and a worker process."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.runtime.local.storage import StorageAddress
from shared.runtime.settings import StorageSettings
from shared.runtime.storage import Storage
from shared.runtime.testing.calls import TestCaller
from shared.runtime.testing.events import Tap
from shared.runtime.testing.ingest import Client
from shared.runtime.testing.processes import ServiceProcess


@pytest.fixture(scope="module")
def environment(
    amqp_url: str,
    database_url: str,
    storage: StorageAddress,
    storage_bucket: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, str]:
    return {
        "ARGOT_AMQP_URL": amqp_url,
        "ARGOT_DATABASE_URL": database_url,
        "ARGOT_STORAGE_ENDPOINT": storage.endpoint,
        "ARGOT_STORAGE_ACCESS_KEY": storage.access_key,
        "ARGOT_STORAGE_SECRET_KEY": storage.secret_key,
        "ARGOT_STORAGE_BUCKET": storage_bucket,
        "ARGOT_WORK_DIR": str(tmp_path_factory.mktemp("work")),
        "ARGOT_LEASE_SECONDS": "2",
        "ARGOT_LOG_LEVEL": "debug",
    }


@pytest.fixture(scope="module")
def storage_settings(environment: dict[str, str]) -> StorageSettings:
    names = {name.removeprefix("ARGOT_").lower(): text for name, text in environment.items()}
    return StorageSettings.model_validate(
        {name: names[name] for name in names if name in StorageSettings.model_fields}
    )


@pytest.fixture(scope="module")
def bucket(storage_settings: StorageSettings) -> Storage:
    return Storage(storage_settings)


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="module")
def service(environment: dict[str, str], logs: Path) -> Iterator[ServiceProcess]:
    with ServiceProcess("services.ingest", environment, logs) as process:
        yield process


@pytest.fixture(scope="module")
def worker(environment: dict[str, str], logs: Path) -> Iterator[ServiceProcess]:
    with ServiceProcess("services.ingest.worker", environment, logs) as process:
        yield process


@pytest.fixture
def call(service: ServiceProcess, amqp_url: str) -> Iterator[TestCaller]:
    with TestCaller(amqp_url) as caller:
        yield caller


@pytest.fixture
def client(call: TestCaller) -> Client:
    return Client(call)


@pytest.fixture
def tap(service: ServiceProcess, amqp_url: str) -> Iterator[Tap]:
    with Tap(amqp_url, "ingest") as tapped:
        yield tapped


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., bytes]:
    """A tone as a file of the given name."""

    def make(name: str, seconds: float = 1.0, *options: str) -> bytes:
        path = tmp_path_factory.mktemp("media") / name
        tone = f"sine=frequency=300:duration={seconds}:sample_rate=16000"
        picture = ["-f", "lavfi", "-i", f"color=size=64x64:duration={seconds}"]
        video = picture if name.endswith((".mp4", ".mov", ".mkv")) else []
        command = ["ffmpeg", "-v", "error", *video, "-f", "lavfi", "-i", tone, *options, str(path)]
        subprocess.run(command, check=True)
        return path.read_bytes()

    return make
