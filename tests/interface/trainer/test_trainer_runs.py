"""Runs from request to outcome, with a fake engine."""

import json
import tarfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from uuid6 import uuid7

from shared.errors import ArgotError
from shared.events.catalog import TrainRequested
from shared.events.contract import Event
from shared.events.data import DataUse, Dropped, Pair
from shared.events.trainer import (
    TrainingFailed,
    TrainingProgressed,
    TrainingStarted,
    TrainingSucceeded,
)
from shared.rpc.catalog import RequestedTraining
from shared.rpc.trainer import DownloadArtifact, GetTraining, ListTrainings, Training
from shared.runtime.database import now
from shared.runtime.storage import Storage
from shared.runtime.testing.calls import TestCaller
from shared.runtime.testing.events import Tap, publish
from shared.runtime.testing.processes import ServiceProcess

from .conftest import StoreFile

Told = Callable[..., TrainRequested]
OUTCOMES = (TrainingSucceeded, TrainingFailed)


@pytest.fixture(scope="module", autouse=True)
def worker(environment: dict[str, str], logs: Path) -> Iterator[ServiceProcess]:
    with ServiceProcess("services.trainer.worker", environment, logs) as process:
        yield process


def outcome(tap: Tap) -> Event:
    tap.wait_for(lambda events: any(isinstance(event, OUTCOMES) for event in events))
    (found,) = [event for event in tap.events if isinstance(event, OUTCOMES)]
    return found


def get(call: TestCaller, event: TrainRequested, organisation: str = "acme") -> Training:
    return call(
        GetTraining(
            organisation_id=organisation,
            model_id=event.model_id,
            training_id=event.training_id,
            requested=None,
        )
    )


def test_a_request_that_comes_twice_is_one_run(
    amqp_url: str, call: TestCaller, tap: Tap, told: Told
) -> None:
    event = told("finish")
    publish(amqp_url, event)
    publish(amqp_url, event)
    assert isinstance(outcome(tap), TrainingSucceeded)
    kinds = [type(each) for each in tap.wait(2.0)]
    assert kinds.count(TrainingStarted) == kinds.count(TrainingSucceeded) == 1
    page = call(ListTrainings(organisation_id="acme", model_id=event.model_id, requested=None))
    (training,) = page.items
    assert training == get(call, event)
    assert (training.id, training.status_name) == (event.training_id, "success")
    assert training.progress.percent == 100
    assert training.evaluation is not None
    assert training.evaluation.wer == 0.25
    assert training.data == DataUse(segments=1, seconds_used=2.0, dropped=[])


def test_what_the_engine_notes_is_logged(amqp_url: str, tap: Tap, told: Told, logs: Path) -> None:
    publish(amqp_url, told("finish"))
    outcome(tap)
    written = [path.read_text() for path in logs.glob("services.trainer.worker-*.log")]
    lines = [json.loads(line) for text in written for line in text.splitlines() if "note" in line]
    assert "as told" in [line["note"] for line in lines if line["event"] == "engine_note"]


def test_events_of_a_run_come_in_order(amqp_url: str, tap: Tap, told: Told) -> None:
    publish(amqp_url, told("finish"))
    outcome(tap)
    kinds = [type(each) for each in tap.events]
    assert (kinds[0], kinds[-1]) == (TrainingStarted, TrainingSucceeded)
    assert set(kinds[1:-1]) <= {TrainingProgressed}


def test_the_artifact_downloads_as_a_flat_directory(
    amqp_url: str, call: TestCaller, tap: Tap, told: Told, objects: Storage
) -> None:
    publish(amqp_url, told("finish"))
    event = outcome(tap)
    assert isinstance(event, TrainingSucceeded)
    request = DownloadArtifact(
        organisation_id="acme", artifact=event.artifact, file_name="modèle.tar.gz"
    )
    answer = httpx.get(call(request).url)
    assert "mod%C3%A8le.tar.gz" in answer.headers["content-disposition"]
    with tarfile.open(fileobj=BytesIO(answer.content)) as archive:
        assert archive.getnames() == ["config.json", "model.bin"]


def test_an_expected_training_leads_the_list(
    amqp_url: str, call: TestCaller, tap: Tap, told: Told
) -> None:
    event = told("finish")
    publish(amqp_url, event)
    outcome(tap)
    expected = RequestedTraining(id=str(uuid7()), requested_at=now())

    def page(cursor: str | None) -> tuple[list[str], str | None]:
        request = ListTrainings(
            organisation_id="acme",
            model_id=event.model_id,
            requested=expected,
            limit=1,
            cursor=cursor,
        )
        found = call(request)
        return [each.id for each in found.items], found.next_cursor

    first, cursor = page(None)
    assert first == [expected.id]
    assert page(cursor) == ([event.training_id], None)
    request = GetTraining(
        organisation_id="acme",
        model_id=event.model_id,
        training_id=expected.id,
        requested=expected,
    )
    assert call(request).status_name == "provisioning"


def test_another_organisations_training_is_not_found(
    amqp_url: str, call: TestCaller, tap: Tap, told: Told
) -> None:
    event = told("finish")
    publish(amqp_url, event)
    outcome(tap)
    with pytest.raises(ArgotError) as refused:
        get(call, event, "other")
    assert refused.value.code == "training-not-found"


def test_unreadable_files_go_into_the_ledger(
    amqp_url: str, call: TestCaller, tap: Tap, told: Told, store: StoreFile, quiet_wav: bytes
) -> None:
    text = store("text.txt", b"Bonjour")
    broken = store("broken.wav", b"RIFF and nothing more" * 100, 60.0)
    gone = store("gone.wav", quiet_wav, 2.0).model_copy(update={"storage_key": "datasets/gone"})
    changed = store("changed.wav", quiet_wav, 2.0).model_copy(update={"sha256": "0" * 64})
    whole = store("whole.wav", quiet_wav, 2.0)
    event = told(
        "finish",
        Pair(audio=broken, transcript=text),
        Pair(audio=gone, transcript=text),
        Pair(audio=changed, transcript=text),
        Pair(audio=whole, transcript=store("empty.vtt", b"WEBVTT\n\n")),
    )
    publish(amqp_url, event)
    found = outcome(tap)
    assert isinstance(found, TrainingSucceeded)
    assert found.data.dropped == [
        Dropped(file="broken.wav", reason="unreadable-audio", seconds=60.0),
        Dropped(file="gone.wav", reason="file-missing", seconds=2.0),
        Dropped(file="changed.wav", reason="file-changed", seconds=2.0),
        Dropped(file="empty.vtt", reason="no-valid-cue", seconds=2.0),
    ]
    assert get(call, event).data == found.data


def test_a_request_of_thousands_of_pairs_becomes_a_run(
    amqp_url: str, call: TestCaller, tap: Tap, told: Told, store: StoreFile
) -> None:
    listing = store("all.jsonl", b"gone").model_copy(update={"storage_key": "datasets/gone"})
    audio = store("never-fetched.wav", b"")
    folder = f"datasets/acme/{uuid7()}"
    pairs = [
        Pair(
            audio=audio.model_copy(
                update={
                    "name": f"recording-{number}.wav",
                    "dataset_id": str(uuid7()),
                    "storage_key": f"{folder}/{number:032}",
                    "duration": 2.0,
                }
            ),
            transcript=listing,
        )
        for number in range(5000)
    ]
    event = told("", *pairs)
    publish(amqp_url, event)
    assert isinstance(outcome(tap), TrainingFailed)
    data = get(call, event).data
    assert data is not None
    assert data.dropped == [
        Dropped(file="talk.txt", reason="empty-transcript", seconds=2.0),
        Dropped(file="all.jsonl", reason="file-missing", seconds=10_000.0),
    ]


def test_without_usable_data_the_ledger_says_why(
    amqp_url: str, call: TestCaller, tap: Tap, told: Told
) -> None:
    event = told("")
    publish(amqp_url, event)
    found = outcome(tap)
    assert isinstance(found, TrainingFailed)
    assert (found.code, found.fault) == ("no-usable-data", "data")
    training = get(call, event)
    assert training.failure is not None
    assert (training.failure.code, training.started_at) == ("no-usable-data", None)
    assert training.data is not None
    assert training.data.dropped == [
        Dropped(file="talk.txt", reason="empty-transcript", seconds=2.0)
    ]


def test_the_ledger_of_a_fault_of_the_data_has_the_engines_drops_too(
    amqp_url: str, call: TestCaller, tap: Tap, told: Told, store: StoreFile, quiet_wav: bytes
) -> None:
    empty = Pair(audio=store("a.wav", quiet_wav, 2.0), transcript=store("a.txt", b""))
    event = told("fail too-few-segments data", empty)
    publish(amqp_url, event)
    outcome(tap)
    dropped = [
        Dropped(file="a.txt", reason="empty-transcript", seconds=2.0),
        Dropped(file="talk.wav", reason="cue-too-short", seconds=2.0),
    ]
    assert get(call, event).data == DataUse(segments=0, seconds_used=0.0, dropped=dropped)


@pytest.mark.parametrize(
    ("base_model", "code"),
    [("false-base", "base-model-digest"), ("nobody-knows", "base-model-unavailable")],
)
def test_a_wrong_base_model_is_a_fault_of_the_platform(
    amqp_url: str, tap: Tap, told: Told, base_model: str, code: str
) -> None:
    publish(amqp_url, told("finish", base_model=base_model))
    found = outcome(tap)
    assert isinstance(found, TrainingFailed)
    assert (found.code, found.fault) == (code, "platform")
    assert "/" not in found.message


def test_attempts_that_end_without_a_word_are_followed_by_one_that_takes_less_memory(
    amqp_url: str, call: TestCaller, tap: Tap, told: Told
) -> None:
    event = told("hungry")
    publish(amqp_url, event)
    assert isinstance(outcome(tap), TrainingSucceeded)


@pytest.mark.parametrize(
    ("command", "code", "fault"),
    [
        ("fail too-few-segments data", "too-few-segments", "data"),
        ("fail out-of-memory platform", "out-of-memory", "platform"),
        ("fail no-space platform", "no-space", "platform"),
        ("fail internal platform", "training-crashed", "platform"),
        # It stores another checkpoint in each attempt.
        ("late parity platform", "parity", "platform"),
        ("late internal platform", "training-crashed", "platform"),
    ],
)
def test_a_fault_of_the_engine_ends_the_run_once(
    amqp_url: str, call: TestCaller, tap: Tap, told: Told, command: str, code: str, fault: str
) -> None:
    event = told(command)
    publish(amqp_url, event)
    found = outcome(tap)
    assert isinstance(found, TrainingFailed)
    assert (found.code, found.fault) == (code, fault)
    assert [type(each) for each in tap.events].count(TrainingStarted) == 1
    assert get(call, event).status_name == "failed"
