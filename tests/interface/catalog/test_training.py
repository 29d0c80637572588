"""From the click on Train to the enabled model, with every kind of bad luck."""

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from uuid6 import uuid7

from shared.errors import ArgotError
from shared.events.catalog import CustomModelDisabled, CustomModelEnabled, TrainRequested
from shared.events.contract import Event
from shared.events.data import DataUse, Evaluation, StoredFile
from shared.events.ingest import DatasetRejected
from shared.events.quota import ClaimGranted, HostingLapsed
from shared.events.trainer import TrainingFailed, TrainingStarted, TrainingSucceeded
from shared.rpc.catalog import (
    CreateModel,
    CustomModel,
    DeleteModel,
    FindTranscriptionTarget,
    GetModel,
    ListLanguages,
    ModelDetails,
    PublishLanguage,
    TrainModel,
    WithdrawLanguage,
)
from shared.rpc.contract import Failure
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
        time.sleep(0.01)


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


def granted(train: TrainModel, training_id: str, turn: int = 1) -> ClaimGranted:
    return ClaimGranted(
        **about(train, training_id), claim_id="c", kind="hosting", price="0", hosting_turn=turn
    )


def lapsed(train: TrainModel, training_id: str, turn: int = 1) -> HostingLapsed:
    return HostingLapsed(**about(train, training_id), hosting_turn=turn)


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
        publish(amqp_url, granted(train, training.id))
        tap.wait_for(lambda seen: len(enabled(seen)) == 1)

    found = details(call, model, train)
    assert (found.model.status, found.model.enabled, found.artifact) == (4, True, ARTIFACT)
    assert offered(call, train) == [model.key]
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


def test_a_refused_request_leaves_its_idempotency_key_free(
    call: TestCaller, model: CustomModel, train: TrainModel, neighbours: Any
) -> None:
    keyed = train.model_copy(update={"idempotency_key": "click-1"})
    neighbours.claim_refusal = ArgotError("no-claims-available")
    with pytest.raises(ArgotError, match="no-claims-available"):
        call(keyed)
    neighbours.claim_refusal = None

    training = call(keyed.model_copy(update={"skip_unmatched": True}))

    found = details(call, model, train)
    assert found.requested_training == training
    assert found.model.last_modified > model.last_modified


def test_twins_under_one_idempotency_key_are_one_training(
    amqp_url: str, call: TestCaller, train: TrainModel, neighbours: Any
) -> None:
    keyed = train.model_copy(update={"idempotency_key": "click-1"})

    def click(_: int) -> str:
        with TestCaller(amqp_url) as own:
            return own(keyed).id

    with ThreadPoolExecutor(4) as threads:
        ids = set(threads.map(click, range(4)))

    assert len(ids) == 1
    assert set(neighbours.claimed) == ids


def test_refusals_come_in_the_contracts_order(
    call: TestCaller, train: TrainModel, neighbours: Any
) -> None:
    right = vars(neighbours).copy()
    neighbours.state = DatasetsState(revision=4, processing=1)
    neighbours.files = 0
    neighbours.errors = [Finding(code="too-short", message="too short")]
    neighbours.unmatched = ["c.wav"]
    neighbours.claim_refusal = ArgotError("no-claims-available")
    refused = []
    for mended in ("state", "files", "errors", "unmatched", "claim_refusal"):
        with pytest.raises(ArgotError) as refusal:
            call(train)
        refused.append(refusal.value.code)
        setattr(neighbours, mended, right[mended])

    assert refused == [
        "not-ready-to-run",
        "no_data",
        "validation_failed",
        "unmatched-audio",
        "no-claims-available",
    ]
    assert call(train)


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


def test_without_hosting_the_model_is_trained_but_not_enabled_until_there_is_some(
    amqp_url: str, call: TestCaller, model: CustomModel, train: TrainModel, neighbours: Any
) -> None:
    training = call(train)
    publish(amqp_url, succeeded(train, training.id))
    publish(amqp_url, lapsed(train, training.id))
    until(lambda: details(call, model, train).model.status == 4)

    found = details(call, model, train).model
    assert not found.enabled
    assert found.failure == Failure(
        code="no-claims-available", message="No hosting claims available"
    )
    assert offered(call, train) == []
    publish(amqp_url, granted(train, training.id, turn=2))
    until(lambda: details(call, model, train).model.enabled)
    assert details(call, model, train).model.failure is None
    assert offered(call, train) == [model.key]


def test_a_model_whose_hosting_lapses_is_disabled_and_says_why(
    amqp_url: str, call: TestCaller, model: CustomModel, train: TrainModel, neighbours: Any
) -> None:
    training = call(train)
    publish(amqp_url, succeeded(train, training.id))
    publish(amqp_url, granted(train, training.id))
    until(lambda: details(call, model, train).model.enabled)
    live = details(call, model, train).model

    with Tap(amqp_url, "catalog") as tap:
        publish(amqp_url, lapsed(train, training.id, turn=2))
        told = tap.wait_for(lambda seen: any(isinstance(e, CustomModelDisabled) for e in seen))[-1]

    assert isinstance(told, CustomModelDisabled)
    assert told.reason == "No hosting claims available"
    found = details(call, model, train).model
    assert (found.status, found.enabled) == (4, False)
    assert found.failure is not None
    assert found.last_modified > live.last_modified
    assert offered(call, train) == []
    with pytest.raises(ArgotError, match="invalid-language"):
        call(FindTranscriptionTarget(organisation_id=train.organisation_id, key=model.key))


def test_an_enabled_model_that_is_deleted_cannot_be_transcribed_with_from_then_on(
    amqp_url: str, call: TestCaller, model: CustomModel, train: TrainModel, neighbours: Any
) -> None:
    training = call(train)
    publish(amqp_url, succeeded(train, training.id))
    publish(amqp_url, granted(train, training.id))
    until(lambda: offered(call, train) == [model.key])

    call(DeleteModel(organisation_id=train.organisation_id, model_id=model.id))

    assert offered(call, train) == []
    with pytest.raises(ArgotError, match="invalid-language"):
        call(FindTranscriptionTarget(organisation_id=train.organisation_id, key=model.key))


def test_success_waits_for_what_quota_says_and_is_never_half_done(
    amqp_url: str, call: TestCaller, model: CustomModel, train: TrainModel, neighbours: Any
) -> None:
    training = call(train)
    publish(amqp_url, TrainingStarted(**about(train, training.id)))
    publish(amqp_url, succeeded(train, training.id))
    until(lambda: details(call, model, train).artifact is not None)
    assert details(call, model, train).model.status in {2, 3}

    publish(amqp_url, granted(train, training.id))

    until(lambda: details(call, model, train).model.status == 4)
    assert details(call, model, train).model.enabled


def test_a_deleted_model_ignores_its_training_and_its_hosting(
    amqp_url: str, call: TestCaller, model: CustomModel, train: TrainModel, neighbours: Any
) -> None:
    training = call(train)
    other = call(CreateModel(organisation_id=train.organisation_id, name="Another", language="fr"))
    call(DeleteModel(organisation_id=train.organisation_id, model_id=model.id))
    with Tap(amqp_url, "catalog") as tap:
        publish(amqp_url, succeeded(train, training.id))
        publish(amqp_url, granted(train, training.id))
        publish(amqp_url, rejected(train.organisation_id, model.id))
        publish(amqp_url, rejected(train.organisation_id, other.id))
        request = GetModel(organisation_id=train.organisation_id, model_id=other.id)
        until(lambda: call(request).model.last_modified > other.last_modified)
        assert enabled(tap.wait(0.5)) == []


def rejected(organisation: str, model_id: str) -> DatasetRejected:
    return DatasetRejected(
        organisation_id=organisation,
        model_id=model_id,
        dataset_id="d",
        name="a.wav",
        revision=1,
        code="c",
        message="m",
    )


def offered(call: TestCaller, train: TrainModel) -> list[str]:
    """The custom models of the upload dialog."""
    request = ListLanguages(organisation_id=train.organisation_id, purpose="transcription")
    return [each.key for each in call(request).items if each.kind == "custom"]


def test_a_language_that_was_withdrawn_is_not_trained(
    call: TestCaller, model: CustomModel, train: TrainModel, neighbours: Any
) -> None:
    language = {"organisation_id": train.organisation_id, "language": "fr"}
    call(WithdrawLanguage(**language))

    with pytest.raises(ArgotError, match="language-not-published"):
        call(train)

    assert neighbours.claimed == []
    call(PublishLanguage(**language))
    assert call(train)


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


def test_a_train_request_that_fails_after_its_claim_gives_it_back(
    amqp_url: str, call: TestCaller, model: CustomModel, train: TrainModel, neighbours: Any
) -> None:
    neighbours.claim_refusal = ArgotError("service-unavailable")  # and it may be taken all the same
    with pytest.raises(ArgotError, match="service-unavailable"):
        call(train)
    neighbours.claim_refusal = None

    gone = {"organisation_id": train.organisation_id, "model_id": str(uuid7())}
    call(CreateModel(**gone, name="Deleted meanwhile", language="fr"))

    def delete() -> None:
        neighbours.before_claim = None
        with TestCaller(amqp_url) as own:
            own(DeleteModel(**gone))

    neighbours.before_claim = delete
    with pytest.raises(ArgotError, match="custom-model-not-found"):
        call(train.model_copy(update=gone))

    assert len(neighbours.claimed) == 2
    until(lambda: sorted(neighbours.released) == sorted(neighbours.claimed))
    assert call(train).id not in neighbours.released
    assert details(call, model, train).model.status == 2
