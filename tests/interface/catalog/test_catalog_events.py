"""Events in any order, twice, and on every status; the catalog's handlers on both databases."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from uuid6 import uuid7

from services.catalog.domain import Status, may_move
from services.catalog.handlers import hosting, models, training
from services.catalog.models.tables import ModelRow, Publication
from shared.errors import ArgotError
from shared.events.contract import REGISTRY, Event
from shared.events.data import DataUse, Evaluation, StoredFile
from shared.events.ingest import DatasetDeleted, DatasetRejected, DatasetUploaded
from shared.events.quota import ClaimGranted, HostingLapsed
from shared.events.trainer import TrainingFailed, TrainingStarted, TrainingSucceeded
from shared.rpc.catalog import DeleteModel, TrainModel
from shared.rpc.contract import Request
from shared.rpc.ingest import DatasetsState, GetDatasetsState
from shared.rpc.quota import Claim, TakeClaim
from shared.rpc.validator import Assessment, Validate, Verdict
from shared.runtime import migrations
from shared.runtime.database import AlreadyHandledError, Database, now
from shared.runtime.deliveries import Delivery
from shared.runtime.tables import outbox

ORGANISATION = "acme"
TRAINING = "training"
ANY_TIME = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ARTIFACT = StoredFile(storage_key="k", size=1, sha256="0" * 64)

HANDLERS: dict[type[Event], Callable[[Any, Database], None]] = {
    TrainingStarted: training.training_started,
    TrainingSucceeded: training.training_succeeded,
    TrainingFailed: training.training_failed,
    ClaimGranted: hosting.claim_granted,
    HostingLapsed: hosting.hosting_lapsed,
    DatasetUploaded: models.datasets_changed,
    DatasetRejected: models.datasets_changed,
    DatasetDeleted: models.datasets_changed,
}


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    migrations.upgrade("catalog", opened.engine)
    with opened.transaction() as session:
        session.add(Publication(organisation_id=ORGANISATION, language="fr"))
    yield opened
    opened.close()


def model_in(database: Database, status: Status) -> str:
    """A model whose latest training is `TRAINING`; the outbox is emptied."""
    row = ModelRow(
        id=str(uuid7()),
        organisation_id=ORGANISATION,
        key=str(uuid7()),
        name="Dictation",
        language="fr",
        base_model="whisper-base",
        status=status,
        training_id=TRAINING,
        artifact=ARTIFACT.model_dump() if status == Status.SUCCESS else None,
        created_at=now(),
        last_modified=now(),
    )
    with database.transaction() as session:
        session.execute(delete(outbox))
        session.add(row)
    return row.id


def read(database: Database, model_id: str) -> ModelRow:
    with database.reading() as session:
        return session.get_one(ModelRow, model_id)


def told(database: Database) -> list[str]:
    """The names of the events since `model_in`."""
    with database.reading() as session:
        rows = session.execute(select(outbox).order_by(outbox.c.position)).all()
    for row in rows:
        REGISTRY[row.event].model_validate(json.loads(row.body))
    return [row.event for row in rows]


def hear(database: Database, message: Delivery[Any]) -> None:
    """As the inbox would: what was handled before is acknowledged."""
    with suppress(AlreadyHandledError):
        HANDLERS[type(message.event)](message, database)


def about(model_id: str, training_id: str = TRAINING) -> dict[str, str]:
    return {
        "organisation_id": ORGANISATION,
        "model_id": model_id,
        "training_id": training_id,
    }


def started(model_id: str) -> Event:
    return TrainingStarted(**about(model_id))


def succeeded(model_id: str) -> Event:
    return TrainingSucceeded(
        **about(model_id),
        artifact=ARTIFACT,
        evaluation=Evaluation(
            baseline_wer=0.2, wer=0.1, ci95=(0.05, 0.15), test_seconds=9, samples=[]
        ),
        data=DataUse(segments=1, seconds_used=1, dropped=[]),
    )


def failed(model_id: str) -> Event:
    return TrainingFailed(**about(model_id), code="c", message="m", fault="data")


def granted(model_id: str, turn: int = 1) -> Event:
    return ClaimGranted(
        **about(model_id), claim_id="c", kind="hosting", price="0", hosting_turn=turn
    )


def lapsed(model_id: str, turn: int = 1) -> Event:
    return HostingLapsed(**about(model_id), hosting_turn=turn)


def uploaded(model_id: str) -> Event:
    return DatasetUploaded(
        **_dataset(model_id),
        type="TRANSCRIPT",
        storage_key="k",
        size=1,
        sha256="0" * 64,
        duration=None,
        start_time=None,
        end_time=None,
        cues=None,
    )


def rejected(model_id: str) -> Event:
    return DatasetRejected(**_dataset(model_id), code="c", message="m")


def removed(model_id: str) -> Event:
    return DatasetDeleted(**_dataset(model_id))


def _dataset(model_id: str) -> dict[str, Any]:
    return {
        "organisation_id": ORGANISATION,
        "model_id": model_id,
        "dataset_id": "d",
        "name": "a.vtt",
        "revision": 1,
    }


@given(
    answers=st.lists(st.booleans(), min_size=1, max_size=4),
    data=st.data(),
)
@ANY_TIME
def test_a_training_that_succeeds_ends_alike_in_any_order_and_twice(
    database: Database, answers: list[bool], data: st.DataObject
) -> None:
    model_id = model_in(database, Status.PROVISIONING)
    events = [started(model_id), succeeded(model_id)]
    for turn, hosted in enumerate(answers, 1):
        events.append((granted if hosted else lapsed)(model_id, turn))
    messages = [Delivery(str(uuid7()), event) for event in events]
    before = read(database, model_id)
    for message in data.draw(st.permutations(messages * 2)):
        hear(database, message)
        after = read(database, model_id)
        assert after.status == before.status or may_move(before.status, Status(after.status))
        assert after.last_modified >= before.last_modified
        assert after.last_modified > before.last_modified or after.status == before.status
        assert not after.enabled or after.status == Status.SUCCESS
        before = after

    assert (before.status, before.enabled) == (Status.SUCCESS, answers[-1])
    assert (before.failure is None) == answers[-1]
    turns = told(database)
    assert turns == (["CustomModelEnabled", "CustomModelDisabled"] * 4)[: len(turns)]
    assert len(turns) % 2 == answers[-1]


@given(data=st.data())
@ANY_TIME
def test_a_training_that_fails_ends_alike_in_any_order_and_twice(
    database: Database, data: st.DataObject
) -> None:
    model_id = model_in(database, Status.PROVISIONING)
    messages = [Delivery(str(uuid7()), event) for event in (started(model_id), failed(model_id))]

    before = read(database, model_id)
    for message in data.draw(st.permutations(messages * 2)):
        hear(database, message)
        after = read(database, model_id)
        assert (after.last_modified > before.last_modified) == (after.status != before.status)
        before = after

    assert (after.status, after.failure) == (Status.FAILED, {"code": "c", "message": "m"})


@given(data=st.data())
@ANY_TIME
def test_a_model_deleted_in_the_middle_of_everything_stays_as_it_was(
    database: Database, data: st.DataObject
) -> None:
    model_id = model_in(database, Status.PROVISIONING)
    makers = (started, succeeded, granted, uploaded, rejected, removed)
    messages = [Delivery(str(uuid7()), make(model_id)) for make in makers]
    order = data.draw(st.permutations(messages))
    place = data.draw(st.integers(0, len(order)))
    for message in order[:place]:
        hear(database, message)
    request = DeleteModel(organisation_id=ORGANISATION, model_id=model_id)
    models.delete_model(request, database)
    gone, before = read(database, model_id), told(database)

    for message in order:
        hear(database, message)

    after = read(database, model_id)
    assert not after.enabled
    assert (after.status, after.last_modified) == (gone.status, gone.last_modified)
    assert told(database) == before


MOVES = {
    (started, Status.PROVISIONING): Status.RUNNING,
    (succeeded, Status.PROVISIONING): Status.SUCCESS,
    (succeeded, Status.RUNNING): Status.SUCCESS,
    (failed, Status.PROVISIONING): Status.FAILED,
    (failed, Status.RUNNING): Status.FAILED,
}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("event", [started, succeeded, failed])
def test_every_move_that_the_status_machine_lacks_is_refused(
    database: Database, event: Callable[[str], Event], status: Status
) -> None:
    model_id = model_in(database, status)

    hear(database, Delivery(str(uuid7()), event(model_id)))
    hear(database, Delivery(str(uuid7()), granted(model_id)))

    assert read(database, model_id).status == MOVES.get((event, status), status)


@pytest.mark.parametrize("status", Status)
def test_train_starts_from_not_running_and_failed_alone(database: Database, status: Status) -> None:
    model_id = model_in(database, status)
    request = TrainModel(
        organisation_id=ORGANISATION,
        model_id=model_id,
        skip_unmatched=False,
        idempotency_key=None,
    )

    if status in {Status.NOT_RUNNING, Status.FAILED}:
        begun = training.train_model(request, database, neighbours, {"*": "whisper-tiny"})
        after = read(database, model_id)
        assert (after.status, after.training_id) == (Status.PROVISIONING, begun.id)
        assert after.base_model == "whisper-tiny", "what is configured when Train is clicked"
    else:
        with pytest.raises(ArgotError, match="not-ready-to-run"):
            training.train_model(request, database, neighbours, {"*": "whisper-base"})
        assert read(database, model_id).status == status


def neighbours(request: Request[Any]) -> Any:
    """Ingest, the validator and quota, content with everything."""
    match request:
        case GetDatasetsState():
            return DatasetsState(revision=1, processing=0)
        case Validate():
            verdict = Verdict(
                valid=True,
                errors=[],
                warnings=[],
                matched_pairs=2,
                total_duration=700,
                unmatched_audio=[],
                unmatched_transcripts=[],
            )
            return Assessment(verdict=verdict, files=4, transcripts=2, pairs=[])
        case TakeClaim():
            return Claim.model_validate(
                {
                    "id": "c",
                    "kind": "training",
                    "training_id": request.training_id,
                    "model_id": request.model_id,
                    "price": "0",
                    "state": "claimed",
                    "created_at": now(),
                }
            )
    raise AssertionError(request)


def test_a_language_without_a_base_model_is_not_trained(database: Database) -> None:
    request = wanted(model_in(database, Status.NOT_RUNNING))

    with pytest.raises(ArgotError, match="invalid-language"):
        training.train_model(request, database, neighbours, {"en": "whisper-base"})


@pytest.mark.parametrize("change", [uploaded, rejected, removed])
def test_last_modified_moves_with_the_datasets_and_never_back(
    database: Database, change: Callable[[str], Event]
) -> None:
    model_id = model_in(database, Status.NOT_RUNNING)
    before = read(database, model_id).last_modified

    hear(database, Delivery(str(uuid7()), change(model_id)))
    assert read(database, model_id).last_modified > before

    ahead = now() + timedelta(hours=1)  # another process, whose clock is ahead
    with database.transaction() as session:
        session.get_one(ModelRow, model_id).last_modified = ahead
    hear(database, Delivery(str(uuid7()), change(model_id)))
    assert read(database, model_id).last_modified == ahead


def wanted(model_id: str, key: str | None = None) -> TrainModel:
    return TrainModel(
        organisation_id=ORGANISATION, model_id=model_id, skip_unmatched=False, idempotency_key=key
    )


def test_a_claim_that_comes_after_a_twins_refusal_goes_back(database: Database) -> None:
    request = wanted(model_in(database, Status.NOT_RUNNING), "click")
    train = partial(training.train_model, request, database)
    base_models = {"fr": "whisper-base"}
    released = []

    def refused(call: Request[Any]) -> Any:
        if isinstance(call, TakeClaim):
            raise ArgotError("no-claims-available")
        return neighbours(call)

    def granted_late(call: Request[Any]) -> Any:
        if isinstance(call, TakeClaim):
            with pytest.raises(ArgotError, match="no-claims-available"):
                train(refused, base_models)
        return neighbours(call)

    with pytest.raises(ArgotError, match="service-unavailable"):
        train(granted_late, base_models)
    training.abandon_requests(database, released.append, after_seconds=60)

    assert [each.model_id for each in released] == [request.model_id]
    assert train(neighbours, base_models).id != released[0].training_id


def test_a_claim_that_cannot_be_released_holds_up_no_other(database: Database) -> None:
    asked = []

    def unanswered(call: Request[Any]) -> Any:
        if isinstance(call, TakeClaim):
            raise ArgotError("service-unavailable")
        return neighbours(call)

    def release(call: Any) -> None:
        asked.append(call.training_id)
        if call.training_id == asked[0]:
            raise ArgotError("internal-error")

    for _ in range(2):
        request = wanted(model_in(database, Status.NOT_RUNNING))
        with pytest.raises(ArgotError, match="service-unavailable"):
            training.train_model(request, database, unanswered, {"fr": "whisper-base"})
    for _ in range(2):
        training.abandon_requests(database, release, after_seconds=0)

    assert len(asked) == 3
    assert asked[2] == asked[0] != asked[1]
    training.abandon_requests(database, lambda _: None, after_seconds=0)
