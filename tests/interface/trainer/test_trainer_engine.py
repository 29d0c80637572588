"""One run with the real engine and real speech, to a model that faster-whisper loads."""

import tarfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from faster_whisper import WhisperModel
from uuid6 import uuid7

from argot.corpus import prompts
from shared.events.catalog import TrainRequested
from shared.events.data import Pair
from shared.events.trainer import (
    TrainingFailed,
    TrainingProgressed,
    TrainingStarted,
    TrainingSucceeded,
)
from shared.rpc.trainer import DownloadArtifact
from shared.runtime.base_models import BaseModelSettings
from shared.runtime.testing.calls import TestCaller
from shared.runtime.testing.events import Tap, publish
from shared.runtime.testing.processes import ServiceProcess

from .conftest import StoreFile

PROMPTS = 24
SETTINGS = '{"max_steps": 2, "packings": 1, "blends": [1.0], "threads": 1}'


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('database') / 'trainer.db'}"


@pytest.fixture(scope="module")
def real_worker(environment: dict[str, str], logs: Path) -> Iterator[ServiceProcess]:
    fake = ("ARGOT_ENGINE_COMMAND", "ARGOT_BASE_MODEL_DIR", "ARGOT_BASE_MODELS_FILE")
    settings = {
        **{name: text for name, text in environment.items() if name not in fake},
        "ARGOT_CACHE_DIR": str(BaseModelSettings().cache_dir),
        "ARGOT_ENGINE_SETTINGS": SETTINGS,
    }
    with ServiceProcess("services.trainer.worker", settings, logs) as process:
        yield process


@pytest.fixture
def speech(store: StoreFile) -> TrainRequested:
    spoken = sorted(prompts("fr"), key=lambda each: each.seconds)[:PROMPTS]
    pairs = [
        Pair(
            audio=store(f"{each.name}.wav", each.path.read_bytes(), each.seconds),
            transcript=store(f"{each.name}.txt", each.text.encode()),
        )
        for each in spoken
    ]
    return TrainRequested(
        organisation_id="acme",
        model_id=str(uuid7()),
        training_id=str(uuid7()),
        language="fr",
        base_model="whisper-base",
        pairs=pairs,
    )


@pytest.mark.timeout(600)
def test_real_speech_becomes_a_model_that_loads(
    amqp_url: str,
    call: TestCaller,
    tap: Tap,
    speech: TrainRequested,
    real_worker: ServiceProcess,
    tmp_path: Path,
) -> None:
    publish(amqp_url, speech)
    ends = (TrainingSucceeded, TrainingFailed)
    events = tap.wait_for(lambda seen: any(isinstance(each, ends) for each in seen), 480)
    assert isinstance(events[0], TrainingStarted)
    assert any(isinstance(each, TrainingProgressed) for each in events)
    succeeded = events[-1]
    assert isinstance(succeeded, TrainingSucceeded)
    assert succeeded.data.segments == PROMPTS
    assert succeeded.evaluation.samples

    request = DownloadArtifact(
        organisation_id="acme", artifact=succeeded.artifact, file_name="model.tar.gz"
    )
    packed = tmp_path / "model.tar.gz"
    with httpx.stream("GET", call(request).url) as answer, packed.open("wb") as file:
        for chunk in answer.iter_bytes():
            file.write(chunk)
    with tarfile.open(packed) as archive:
        archive.extractall(tmp_path / "model", filter="data")
    model = WhisperModel(
        str(tmp_path / "model"), device="cpu", cpu_threads=1, local_files_only=True
    )
    said = prompts("fr")[0]
    segments, _ = model.transcribe(str(said.path), language="fr", beam_size=1)
    assert " ".join(segment.text for segment in segments).strip()
