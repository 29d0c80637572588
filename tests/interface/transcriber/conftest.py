"""The transcriber as it runs: a service process and a worker process, with real weights."""

import time
import wave
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from uuid6 import uuid7

from argot.corpus import Prompt, prompts
from shared.events.data import StoredFile
from shared.events.transcriber import Task
from shared.rpc.catalog import TranscriptionTarget
from shared.rpc.transcriber import (
    CompleteAudioUpload,
    DeleteTranscription,
    DownloadAudio,
    GetResult,
    GetTranscription,
    JobKind,
    OpenAlignment,
    OpenedTranscription,
    OpenTranscription,
    Result,
    ResultFormat,
    SignAudioParts,
    Transcription,
)
from shared.rpc.uploads import PART_SIZE
from shared.runtime import base_models, migrations
from shared.runtime.database import Database
from shared.runtime.local.storage import StorageAddress
from shared.runtime.settings import StorageSettings
from shared.runtime.storage import Storage
from shared.runtime.testing.calls import TestCaller
from shared.runtime.testing.events import Tap
from shared.runtime.testing.processes import ServiceProcess

FRENCH = TranscriptionTarget(
    key="fr-CA", language="fr", base_model="whisper-base", model_id=None, artifact=None
)


class Client:
    """One organisation's user."""

    def __init__(self, call: TestCaller, organisation_id: str) -> None:
        self.call = call
        self.organisation_id = organisation_id

    def open(
        self,
        name: str,
        size: int,
        target: TranscriptionTarget = FRENCH,
        task: Task = "transcribe",
    ) -> OpenedTranscription:
        return self.call(
            OpenTranscription(
                organisation_id=self.organisation_id,
                target=target,
                name=name,
                size=size,
                task=task,
            )
        )

    def open_alignment(
        self, name: str, size: int, transcript: str, target: TranscriptionTarget = FRENCH
    ) -> OpenedTranscription:
        return self.call(
            OpenAlignment(
                organisation_id=self.organisation_id,
                target=target,
                name=name,
                size=size,
                transcript=transcript,
            )
        )

    def send(self, upload_id: str, data: bytes) -> None:
        numbers = list(range(1, -(-len(data) // PART_SIZE) + 1))
        request = SignAudioParts(
            organisation_id=self.organisation_id, upload_id=upload_id, part_numbers=numbers
        )
        for part in self.call(request).items:
            start = (part.part_number - 1) * PART_SIZE
            httpx.put(part.url, content=data[start : start + part.size]).raise_for_status()

    def complete(self, upload_id: str) -> Transcription:
        request = CompleteAudioUpload(organisation_id=self.organisation_id, upload_id=upload_id)
        return self.call(request)

    def submit(
        self, data: bytes, name: str = "talk.wav", target: TranscriptionTarget = FRENCH
    ) -> str:
        """Open, send and complete; the id of the transcription."""
        opened = self.open(name, len(data), target)
        self.send(opened.upload_id, data)
        return self.complete(opened.upload_id).id

    def submit_alignment(
        self, data: bytes, transcript: str, target: TranscriptionTarget = FRENCH
    ) -> str:
        """Open, send and complete; the id of the alignment."""
        opened = self.open_alignment("talk.wav", len(data), transcript, target)
        self.send(opened.upload_id, data)
        return self.complete(opened.upload_id).id

    def state(self, job_id: str, kind: JobKind = "transcription") -> Transcription:
        request = GetTranscription(
            organisation_id=self.organisation_id, transcription_id=job_id, kind=kind
        )
        return self.call(request)

    def audio(self, job_id: str, kind: JobKind = "transcription") -> bytes:
        """The recording, as whoever has the URL gets it."""
        request = DownloadAudio(
            organisation_id=self.organisation_id, transcription_id=job_id, kind=kind
        )
        return httpx.get(self.call(request).url).raise_for_status().content

    def delete(self, job_id: str, kind: JobKind = "transcription") -> None:
        self.call(
            DeleteTranscription(
                organisation_id=self.organisation_id, transcription_id=job_id, kind=kind
            )
        )

    def result(
        self,
        job_id: str,
        result_format: ResultFormat = "json",
        kind: JobKind = "transcription",
        *,
        glossary: bool = True,
    ) -> Result:
        return self.call(
            GetResult(
                organisation_id=self.organisation_id,
                transcription_id=job_id,
                kind=kind,
                format=result_format,
                glossary=glossary,
            )
        )


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def custom(artifact: StoredFile) -> TranscriptionTarget:
    return TranscriptionTarget(
        key="custom-fr",
        language="fr",
        base_model="whisper-base",
        model_id=str(uuid7()),
        artifact=artifact,
    )


@pytest.fixture(scope="session")
def whisper_base() -> Path:
    return base_models.resolve("whisper-base")


@pytest.fixture(scope="session")
def french() -> list[Prompt]:
    return [prompt for prompt in prompts("fr") if 3 <= prompt.seconds <= 6][:24]


@pytest.fixture(scope="session")
def speech(french: list[Prompt], tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Prompts one after the other for a minute and a half, as a `.wav`."""
    path = tmp_path_factory.mktemp("speech") / "speech.wav"
    with wave.open(str(path), "wb") as joined:
        joined.setnchannels(1)
        joined.setsampwidth(2)
        joined.setframerate(8000)
        for prompt in french:
            with wave.open(str(prompt.path)) as recording:
                assert (recording.getframerate(), recording.getsampwidth()) == (8000, 2)
                joined.writeframes(recording.readframes(recording.getnframes()))
    return path.read_bytes()


@pytest.fixture(scope="module")
def storage_settings(storage: StorageAddress, storage_bucket: str) -> dict[str, str]:
    return {
        "storage_endpoint": storage.endpoint,
        "storage_access_key": storage.access_key,
        "storage_secret_key": storage.secret_key,
        "storage_bucket": storage_bucket,
    }


@pytest.fixture(scope="module")
def bucket(storage_settings: dict[str, str]) -> Storage:
    return Storage(StorageSettings.model_validate(storage_settings))


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    """The transcriber's, with its tables, whether its service runs or not."""
    opened = Database(database_url)
    migrations.upgrade("transcriber", opened.engine)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def environment(
    amqp_url: str,
    database_url: str,
    storage_settings: dict[str, str],
    whisper_base: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, str]:
    models = tmp_path_factory.mktemp("models")
    (models / "whisper-base").symlink_to(whisper_base)
    return {
        **{f"ARGOT_{name.upper()}": value for name, value in storage_settings.items()},
        "ARGOT_AMQP_URL": amqp_url,
        "ARGOT_DATABASE_URL": database_url,
        "ARGOT_WORK_DIR": str(tmp_path_factory.mktemp("work")),
        "ARGOT_CACHE_DIR": str(tmp_path_factory.mktemp("cache")),
        "ARGOT_BASE_MODEL_DIR": str(models),
        "ARGOT_INFERENCE_THREADS": "1",
        "ARGOT_LEASE_SECONDS": "2",
        "ARGOT_POLL_SECONDS": "0.1",
    }


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="module")
def service(environment: dict[str, str], logs: Path) -> Iterator[ServiceProcess]:
    with ServiceProcess("services.transcriber", environment, logs) as process:
        yield process


@pytest.fixture(scope="module")
def worker(environment: dict[str, str], logs: Path) -> Iterator[ServiceProcess]:
    with ServiceProcess("services.transcriber.worker", environment, logs) as process:
        yield process


@pytest.fixture
def idle_worker(environment: Mapping[str, str], logs: Path) -> Iterator[ServiceProcess]:
    """A worker that the test starts itself."""
    process = ServiceProcess("services.transcriber.worker", environment, logs)
    yield process
    process.__exit__()


@pytest.fixture
def client(service: ServiceProcess, amqp_url: str) -> Iterator[Client]:
    with TestCaller(amqp_url) as call:
        yield Client(call, "acme")


@pytest.fixture
def tap(service: ServiceProcess, amqp_url: str) -> Iterator[Tap]:
    with Tap(amqp_url, "transcriber") as tapped:
        yield tapped
