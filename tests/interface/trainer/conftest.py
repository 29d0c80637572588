"""The trainer as it runs, with a fake engine: a service process and worker processes."""

import hashlib
import json
import sys
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from uuid6 import uuid7

from shared.events.catalog import TrainRequested
from shared.events.data import DatasetFile, Pair
from shared.runtime.local.storage import StorageAddress
from shared.runtime.settings import StorageSettings
from shared.runtime.storage import Storage
from shared.runtime.testing.calls import TestCaller
from shared.runtime.testing.events import Tap
from shared.runtime.testing.processes import ServiceProcess

FAKE_ENGINE = Path(__file__).with_name("fake_engine.py")
WEIGHTS = b"base weights"

StoreFile = Callable[..., DatasetFile]


@pytest.fixture(scope="module")
def base_models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """`fake-base` is what it should be, `false-base` is not."""
    folder = tmp_path_factory.mktemp("base-models")
    for name in ("fake-base", "false-base"):
        (folder / name).mkdir()
        (folder / name / "model.bin").write_bytes(WEIGHTS)
    digests = {"fake-base": hashlib.sha256(WEIGHTS).hexdigest(), "false-base": "0" * 64}
    definitions = folder / "models.json"
    definitions.write_text(
        json.dumps({name: {"files": {"model.bin": digest}} for name, digest in digests.items()})
    )
    return {"ARGOT_BASE_MODEL_DIR": str(folder), "ARGOT_BASE_MODELS_FILE": str(definitions)}


@pytest.fixture(scope="module")
def environment(
    amqp_url: str,
    database_url: str,
    storage: StorageAddress,
    storage_bucket: str,
    base_models: dict[str, str],
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
        "ARGOT_POLL_SECONDS": "0.1",
        "ARGOT_JOB_ATTEMPTS": "3",
        "ARGOT_ENGINE_COMMAND": json.dumps([sys.executable, str(FAKE_ENGINE)]),
        **base_models,
    }


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="module")
def service(environment: dict[str, str], logs: Path) -> Iterator[ServiceProcess]:
    with ServiceProcess("services.trainer", environment, logs) as process:
        yield process


@pytest.fixture
def call(service: ServiceProcess, amqp_url: str) -> Iterator[TestCaller]:
    with TestCaller(amqp_url) as caller:
        yield caller


@pytest.fixture
def tap(service: ServiceProcess, amqp_url: str) -> Iterator[Tap]:
    with Tap(amqp_url, "trainer") as tapped:
        yield tapped


@pytest.fixture(scope="module")
def objects(storage: StorageAddress, storage_bucket: str) -> Storage:
    return Storage(
        StorageSettings(
            storage_endpoint=storage.endpoint,
            storage_access_key=SecretStr(storage.access_key),
            storage_secret_key=SecretStr(storage.secret_key),
            storage_bucket=storage_bucket,
        )
    )


@pytest.fixture(scope="module")
def store(objects: Storage, tmp_path_factory: pytest.TempPathFactory) -> StoreFile:
    """Store bytes as a dataset file."""
    folder = tmp_path_factory.mktemp("datasets")

    def store_file(name: str, data: bytes, duration: float | None = None) -> DatasetFile:
        path = folder / "file"
        path.write_bytes(data)
        stored = objects.put_file(f"datasets/{uuid7()}", path)
        return DatasetFile(
            **stored.model_dump(), dataset_id=str(uuid7()), name=name, duration=duration
        )

    return store_file


@pytest.fixture(scope="module")
def quiet_wav(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Two seconds at 8 kHz."""
    path = tmp_path_factory.mktemp("audio") / "quiet.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\x01\x00" * 16000)
    return path.read_bytes()


@pytest.fixture(scope="module")
def told(store: StoreFile, quiet_wav: bytes) -> Callable[[str], TrainRequested]:
    """A request for a new training in which the fake engine does as it is told."""

    def request(command: str, *more: Pair, base_model: str = "fake-base") -> TrainRequested:
        pair = Pair(
            audio=store("talk.wav", quiet_wav, 2.0),
            transcript=store("talk.txt", command.encode()),
        )
        return TrainRequested(
            organisation_id="acme",
            model_id=str(uuid7()),
            training_id=str(uuid7()),
            language="fr",
            base_model=base_model,
            pairs=[pair, *more],
        )

    return request
