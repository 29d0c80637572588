"""From the click on Train to the enabled model, with every kind of bad luck."""

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.errors import ArgotError
from shared.events.catalog import CustomModelEnabled, TrainRequested
from shared.events.contract import Event
from shared.events.data import DataUse, Evaluation, StoredFile
from shared.events.trainer import TrainingFailed, TrainingStarted, TrainingSucceeded
from shared.rpc.catalog import (
    CustomModel,
    DeleteModel,
    FindTranscriptionTarget,
    GetModel,
    ListLanguages,
    ModelDetails,
    TrainModel,
)
from shared.rpc.ingest import DatasetsState
from shared.rpc.validator import Finding
from shared.runtime.testing.calls import TestCaller
from shared.runtime.testing.events import Tap, publish
from shared.runtime.testing.processes import ServiceProcess

ARTIFACT = StoredFile(storage_key="trainer/model.tar.gz", size=1, sha256="0" * 64)


def details(call: TestCaller, model: CustomModel, train: TrainModel) -> ModelDetails:
    return call(GetModel(organisation_id=train.organisation_id, model_id=model.id))


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never held"


def about(train: TrainModel, training_id: str) -> dict[str, Any]:
    return {
        "organisation_id": train.organisation_id,
        "model_id": train.model_id,
        "training_id": training_id,
    }


def succeeded(train: TrainModel, training_id: str) -> TrainingSucceeded:
    return TrainingSucceeded(
        **about(train, training_id),
        artifact=ARTIFACT,
        evaluation=Evaluation(
            baseline_wer=0.2, wer=0.1, ci95=(0.05, 0.15), test_seconds=9, samples=[]
        ),
        data=DataUse(segments=2, seconds_used=800, dropped=[]),
    )


def enabled(events: list[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, CustomModelEnabled)]


def test_train_requests_the_training_on_the_matched_pairs(
    amqp_url: str, call: TestCaller, model: CustomModel, train: TrainModel, neighbours: Any
) -> None:
    with Tap(amqp_url, "catalog") as tap:
        training = call(train)
        seen = tap.wait_for(lambda seen: any(isinstance(each, TrainRequested) for each in seen))

    (event,) = [each for each in seen if isinstance(each, TrainRequested)]
    assert (event.training_id, event.language, event.base_model) == (
        training.id,
        "fr",
        "whisper-base",
    )
    assert [pair.audio.name for pair in event.pairs] == ["a.wav", "b.wav"]
    found = details(call, model, train)
    assert found.model.status == 2
    assert found.requested_training == training


def test_the_whole_way_to_an_enabled_model(
    amqp_url: str, call: TestCaller, model: CustomModel, train: TrainModel, neighbours: Any
) -> None:
    training = call(train)
    publish(amqp_url, TrainingStarted(**about(train, training.id)))
    until(lambda: details(call, model, train).model.status == 3)
    with Tap(amqp_url, "catalog") as tap:
        publish(amqp_url, succeeded(train, training.id))
        tap.wait_for(lambda seen: len(enabled(seen)) == 1)

    found = details(call, model, train)
    assert (found.model.status, found.model.enabled, found.artifact) == (4, True, ARTIFACT)
    offered = call(ListLanguages(organisation_id=train.organisation_id, purpose="transcription"))
    assert [(each.key, each.model_id) for each in offered.items if each.kind == "custom"] == [
        (model.key, model.id)
    ]
    target = call(FindTranscriptionTarget(organisation_id=train.organisation_id, key=model.key))
    assert (target.model_id, target.artifact) == (model.id, ARTIFACT)
    with pytest.raises(ArgotError, match="not-ready-to-run"):
        call(train)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"state": DatasetsState(revision=4, processing=1)}, "not-ready-to-run"),
        ({"files": 0}, "no_data"),
        ({"errors": [Finding(code="too-short", message="too short")]}, "validation_failed"),
        ({"unmatched": ["c.wav"]}, "unmatched-audio"),
        ({"claim_refusal": ArgotError("no-claims-available")}, "no-claims-available"),
    ],
)
def test_a_refusal_leaves_the_model_as_it_was(
    call: TestCaller,
    model: CustomModel,
    train: TrainModel,
    neighbours: Any,
    change: dict[str, Any],
    code: str,
) -> None:
    before = vars(neighbours).copy()
    vars(neighbours).update(change)

    with pytest.raises(ArgotError) as refusal:
        call(train)

    assert refusal.value.code == code
    assert details(call, model, train).model == model
    vars(neighbours).update(before)
    assert call(train)


def test_the_same_idempotency_key_gives_the_same_training(
    call: TestCaller, train: TrainModel, neighbours: Any
) -> None:
    keyed = train.model_copy(update={"idempotency_key": "click-1"})

    assert call(keyed) == call(keyed)
    with pytest.raises(ArgotError, match="invalid-request"):
        call(keyed.model_copy(update={"skip_unmatched": True}))


def test_of_two_clicks_at_once_one_trains(
    amqp_url: str, call: TestCaller, train: TrainModel, neighbours: Any
) -> None:
    def click(_: int) -> str:
        with TestCaller(amqp_url) as own:
            try:
                return own(train).id
            except ArgotError as error:
                return error.code

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(click, range(4)))

    assert sorted(answers)[1:] == ["not-ready-to-run"] * 3


def test_a_failed_training_says_why_and_may_run_again(
    amqp_url: str, call: TestCaller, model: CustomModel, train: TrainModel, neighbours: Any
) -> None:
    training = call(train)
    failed = TrainingFailed(
        **about(train, training.id), code="no-usable-data", message="Nothing left", fault="data"
    )
    publish(amqp_url, failed)
    until(lambda: details(call, model, train).model.status == 5)

    failure = details(call, model, train).model.failure
    assert failure is not None
    assert (failure.code, failure.message) == ("no-usable-data", "Nothing left")
    assert call(train).id != training.id
    assert details(call, model, train).model.failure is None


def test_events_of_an_older_training_change_nothing(
    amqp_url: str, call: TestCaller, model: CustomModel, train: TrainModel, neighbours: Any
) -> None:
    old = call(train)
    failed = TrainingFailed(**about(train, old.id), code="c", message="m", fault="platform")
    publish(amqp_url, failed)
    until(lambda: details(call, model, train).model.status == 5)
    new = call(train)

    publish(amqp_url, succeeded(train, old.id))
    publish(amqp_url, TrainingStarted(**about(train, new.id)))

    until(lambda: details(call, model, train).model.status == 3)


def test_without_a_hosting_claim_the_model_is_trained_but_not_enabled(
    amqp_url: str, call: TestCaller, model: CustomModel, train: TrainModel, neighbours: Any
) -> None:
    training = call(train)
    neighbours.claim_refusal = ArgotError("no-claims-available", "No hosting claims available")

    publish(amqp_url, succeeded(train, training.id))
    until(lambda: details(call, model, train).model.status == 4)

    found = details(call, model, train).model
    assert not found.enabled
    assert found.failure is not None
    assert found.failure.code == "no-claims-available"


def test_success_waits_for_a_quota_service_that_does_not_answer(
    amqp_url: str, call: TestCaller, model: CustomModel, train: TrainModel, neighbours: Any
) -> None:
    training = call(train)
    attempts: list[float] = []
    neighbours.before_claim = lambda: attempts.append(time.monotonic())
    neighbours.claim_refusal = ArgotError("service-unavailable")
    publish(amqp_url, succeeded(train, training.id))
    until(lambda: len(attempts) >= 2)

    neighbours.claim_refusal = None

    until(lambda: details(call, model, train).model.enabled)
    assert attempts[1] - attempts[0] > 0.9, "the first retry comes after a second"


def test_a_success_that_comes_twice_enables_once(
    amqp_url: str, call: TestCaller, model: CustomModel, train: TrainModel, neighbours: Any
) -> None:
    training = call(train)
    with Tap(amqp_url, "catalog") as tap:
        publish(amqp_url, succeeded(train, training.id))
        publish(amqp_url, succeeded(train, training.id))
        until(lambda: details(call, model, train).model.enabled)
        assert len(enabled(tap.wait(1))) == 1


def test_a_deleted_model_ignores_its_training(
    amqp_url: str, call: TestCaller, model: CustomModel, train: TrainModel, neighbours: Any
) -> None:
    training = call(train)
    call(DeleteModel(organisation_id=train.organisation_id, model_id=model.id))
    with Tap(amqp_url, "catalog") as tap:
        publish(amqp_url, succeeded(train, training.id))
        until(lambda: neighbours.released == [training.id])
        assert enabled(tap.wait(0.5)) == []


def test_a_catalog_killed_between_claim_and_commit_goes_on_under_the_same_key(
    amqp_url: str,
    call: TestCaller,
    catalog: ServiceProcess,
    model: CustomModel,
    train: TrainModel,
    neighbours: Any,
) -> None:
    claimed: list[str] = []

    def die_once() -> None:
        neighbours.before_claim = None
        assert catalog.pid
        os.kill(catalog.pid, signal.SIGKILL)

    neighbours.before_claim = die_once
    neighbours.claimed = claimed
    keyed = train.model_copy(update={"idempotency_key": "one-click"})
    with TestCaller(amqp_url) as caller, ThreadPoolExecutor(1) as thread:
        click = thread.submit(lambda: caller(keyed))
        until(lambda: not catalog.running)
        catalog.start()
        training = click.result()  # the broker delivered the call again

    assert claimed == [training.id] * 2
    assert details(call, model, train).requested_training == training
    assert neighbours.released == []


def test_a_request_whose_claim_was_never_answered_is_abandoned_and_released(
    call: TestCaller, model: CustomModel, train: TrainModel, neighbours: Any
) -> None:
    neighbours.claim_refusal = ArgotError("service-unavailable")
    with pytest.raises(ArgotError, match="service-unavailable"):
        call(train)
    neighbours.claim_refusal = None

    until(lambda: len(neighbours.released) == 1)

    assert call(train).id not in neighbours.released
    assert details(call, model, train).model.status == 2
