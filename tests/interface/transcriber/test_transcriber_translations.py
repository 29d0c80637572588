"""What is said in another language becomes English, by models that know more than English."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import py3langid
import pytest

from argot.corpus import Prompt
from shared.errors import ArgotError
from shared.events.contract import Event
from shared.events.data import StoredFile
from shared.events.transcriber import (
    TranscriptionFailed,
    TranscriptionQueued,
    TranscriptionSucceeded,
)
from shared.rpc.catalog import TranscriptionTarget
from shared.runtime import base_models
from shared.runtime.testing.events import Tap
from shared.runtime.testing.processes import ServiceProcess

from .conftest import FRENCH, Client, custom

ENGLISH_ONLY = FRENCH.model_copy(
    update={"key": "en", "language": "en", "base_model": "whisper-tiny.en"}
)


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One kind is enough: what is shown here is what models do."""
    return f"sqlite:///{tmp_path_factory.mktemp('database')}/transcriber.db"


@pytest.fixture(scope="module")
def environment(environment: dict[str, str]) -> dict[str, str]:
    models = Path(environment["ARGOT_BASE_MODEL_DIR"])
    (models / "whisper-tiny.en").symlink_to(base_models.resolve("whisper-tiny.en"))
    return environment


def translate(client: Client, audio: bytes, target: TranscriptionTarget = FRENCH) -> str:
    opened = client.open("talk.wav", len(audio), target, task="translate")
    client.send(opened.upload_id, audio)
    return client.complete(opened.upload_id).id


def events_of(tap: Tap, job: str) -> list[Event]:
    def about(events: list[Event]) -> list[Event]:
        return [each for each in events if each.subject == job]

    return about(tap.wait_for(lambda events: len(about(events)) == 2, timeout=120))


def metric(worker: ServiceProcess, name: str) -> float:
    lines = httpx.get(f"{worker.health_url}/metrics").text.splitlines()
    (found,) = [line for line in lines if line.startswith(f"{name} ")]
    return float(found.rpartition(" ")[2])


def test_french_becomes_english(
    client: Client, tap: Tap, french: list[Prompt], worker: ServiceProcess
) -> None:
    clip = max(french, key=lambda each: each.seconds).path.read_bytes()
    job, said = translate(client, clip), client.submit(clip)
    assert [(type(each), getattr(each, "task", "")) for each in events_of(tap, job)] == [
        (TranscriptionQueued, "translate"),
        (TranscriptionSucceeded, "translate"),
    ]
    assert [getattr(each, "task", "") for each in events_of(tap, said)] == ["transcribe"] * 2
    written, heard = (json.loads(client.result(each).content) for each in (job, said))
    assert (written["language"], heard["language"]) == ("en", "fr")
    for text, language in ((written["text"], "en"), (heard["text"], "fr")):
        assert py3langid.classify(text)[0] == language
    assert [each["words"] for each in written["segments"]] == [[]] * len(written["segments"])
    assert all(0 <= each["start"] < each["end"] for each in written["segments"])
    assert metric(worker, 'argot_models_found_total{where="memory"}') == 1
    assert metric(worker, "argot_model_load_seconds_count") == 1
    assert metric(worker, "argot_model_load_seconds_sum") > 0
    loaded = Path(os.path.realpath(base_models.resolve("whisper-base") / "model.bin"))
    assert metric(worker, "argot_model_memory_bytes") == 2 * loaded.stat().st_size
    assert metric(worker, "argot_model_disk_bytes") == 0


def test_a_model_that_knows_english_only(
    client: Client, tap: Tap, french: list[Prompt], worker: ServiceProcess
) -> None:
    job = translate(client, french[0].path.read_bytes(), ENGLISH_ONLY)
    end = events_of(tap, job)[-1]
    assert isinstance(end, TranscriptionFailed)
    assert (end.code, end.task) == ("translation-not-supported", "translate")


def test_a_custom_model(client: Client) -> None:
    target = custom(StoredFile(storage_key="m.tar.gz", size=1, sha256="0" * 64))
    with pytest.raises(ArgotError, match="name its base language") as refused:
        client.open("talk.wav", 1, target, task="translate")
    assert refused.value.code == "invalid-request"
    assert [each["field"] for each in refused.value.errors] == ["target"]
