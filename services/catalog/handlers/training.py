"""From the click on Train to the end of the training.

A train request takes three short transactions with calls between them, and any of them may be
the last thing that this process does; `abandon_requests` then ends what was begun.
"""

from datetime import timedelta

import structlog
from sqlalchemy.orm import Session
from uuid6 import uuid7

from services.catalog import domain
from services.catalog.domain import Status
from services.catalog.handlers import hosting
from services.catalog.handlers.languages import BaseModels, trainable
from services.catalog.languages import whisper_language
from services.catalog.models import custom_models, requests
from services.catalog.models.tables import ModelRow, TrainRequestRow
from shared.errors import ArgotError
from shared.events.catalog import TrainRequested
from shared.events.data import Pair
from shared.events.trainer import TrainingFailed, TrainingStarted, TrainingSucceeded
from shared.rpc.catalog import RequestedTraining, TrainModel
from shared.rpc.contract import Call
from shared.rpc.ingest import GetDatasetsState
from shared.rpc.quota import ReleaseClaim, TakeClaim
from shared.rpc.validator import Assessment, Validate
from shared.runtime import outbox
from shared.runtime.database import Database, now
from shared.runtime.deliveries import Delivery

log = structlog.get_logger(__name__)


def train_model(
    request: TrainModel, database: Database, call: Call, base_models: BaseModels
) -> RequestedTraining:
    """Check language, state and data, take the claim, and request the training.

    A request that comes again under its idempotency key goes on where the first one ended.
    """
    with database.transaction() as session:
        model = custom_models.hold(session, request.organisation_id, request.model_id)
        begun = _begun(session, request)
        if begun is not None and begun.state == "requested":
            return _wire(begun)
        base_model = trainable(session, model.organisation_id, model.language, base_models)
        if begun is None:
            _refuse_busy(session, model)
    assessment = _assess(request, whisper_language(model.language), call)
    domain.refuse_unfit(assessment, skip_unmatched=request.skip_unmatched)
    training = begun or _begin(request, database)
    try:
        call(TakeClaim(**_about(training)))
    except ArgotError as error:
        if error.code == "no-claims-available":
            _move(database, training.id, "claiming", "refused")
        raise  # an unanswered claim may be taken later: the request is abandoned and released
    return _request(training, base_model, database, assessment.pairs)


def _begun(session: Session, request: TrainModel) -> TrainRequestRow | None:
    """The request under the same idempotency key that is on its way or has arrived."""
    if request.idempotency_key is None:
        return None
    row = requests.of_key(session, request.organisation_id, request.idempotency_key)
    if row is None:
        return None
    if (row.model_id, row.skip_unmatched) != (request.model_id, request.skip_unmatched):
        raise ArgotError("invalid-request", "The idempotency key belongs to another request")
    return row


def _refuse_busy(session: Session, model: ModelRow) -> None:
    if not domain.may_move(model.status, Status.PROVISIONING):
        raise ArgotError("not-ready-to-run", "A training is in progress or done")
    if requests.claiming(session, model.id) is not None:
        raise ArgotError("not-ready-to-run", "A training is being requested")


def _assess(request: TrainModel, language: str, call: Call) -> Assessment:
    about = {"organisation_id": request.organisation_id, "model_id": request.model_id}
    state = call(GetDatasetsState(**about))
    if state.processing:
        raise ArgotError("not-ready-to-run", "Datasets are still being processed")
    return call(Validate(**about, revision=state.revision, with_pairs=True, language=language))


def _begin(request: TrainModel, database: Database) -> TrainRequestRow:
    with database.transaction() as session:
        model = custom_models.hold(session, request.organisation_id, request.model_id)
        if (twin := _begun(session, request)) is not None:
            return twin
        _refuse_busy(session, model)
        training = TrainRequestRow(
            id=str(uuid7()),
            organisation_id=model.organisation_id,
            model_id=model.id,
            state="claiming",
            skip_unmatched=request.skip_unmatched,
            idempotency_key=request.idempotency_key,
            requested_at=now(),
        )
        session.add(training)
    return training


def _request(
    training: TrainRequestRow, base_model: str, database: Database, pairs: list[Pair]
) -> RequestedTraining:
    """Move the model to provisioning. The claim is left to `abandon_requests` on an error."""
    with database.transaction() as session:
        model = custom_models.hold(session, training.organisation_id, training.model_id)
        row = session.get_one(TrainRequestRow, training.id, with_for_update=True)
        if row.state == "claiming":
            row.state = "requested"
            model.status = Status.PROVISIONING
            model.training_id = row.id
            model.base_model = base_model
            model.failure = None
            model.touch()
            outbox.publish(session, _train_requested(model, row, pairs))
        elif row.state != "requested":  # it was given up, or refused to a twin: the claim goes back
            row.state = "abandoned"
    if row.state == "abandoned":
        raise ArgotError("service-unavailable", "The request took too long; try again")
    return _wire(row)


def _wire(row: TrainRequestRow) -> RequestedTraining:
    return RequestedTraining(id=row.id, requested_at=row.requested_at)


def _train_requested(
    model: ModelRow, training: TrainRequestRow, pairs: list[Pair]
) -> TrainRequested:
    return TrainRequested(
        organisation_id=model.organisation_id,
        model_id=model.id,
        training_id=training.id,
        language=whisper_language(model.language),
        base_model=model.base_model,
        pairs=pairs,
    )


def _move(database: Database, training_id: str, state: str, to: str) -> None:
    """Another state, where nobody was quicker."""
    with database.transaction() as session:
        row = session.get_one(TrainRequestRow, training_id, with_for_update=True)
        if row.state == state:
            row.state = to


def _about(training: TrainRequestRow) -> dict[str, str]:
    return {
        "organisation_id": training.organisation_id,
        "model_id": training.model_id,
        "training_id": training.id,
    }


def abandon_requests(database: Database, call: Call, *, after_seconds: float) -> None:
    """Release the claims of requests that a dead process, or a lost answer, left behind."""
    with database.transaction() as session:
        for row in requests.in_state(session, "claiming", now() - timedelta(seconds=after_seconds)):
            row.state = "abandoned"
    with database.transaction() as session:
        abandoned = requests.in_state(session, "abandoned", now())
    for row in abandoned:
        try:
            call(ReleaseClaim(**_about(row)))
        except ArgotError as error:  # it is tried again, and must not keep the others from theirs
            log.warning("claim_not_released", training_id=row.id, code=error.code)
            continue
        _move(database, row.id, "abandoned", "released")
        log.warning("train_request_abandoned", training_id=row.id)


def training_started(message: Delivery[TrainingStarted], database: Database) -> None:
    """Provisioning becomes running."""
    event = message.event
    with database.once(message.id) as session:
        model = custom_models.in_training(session, event.model_id, event.training_id)
        if model is not None and domain.may_move(model.status, Status.RUNNING):
            model.status = Status.RUNNING
            model.touch()


def training_succeeded(message: Delivery[TrainingSucceeded], database: Database) -> None:
    """There is a model to host; it is a success once quota says whether it is hosted."""
    event = message.event
    with database.once(message.id) as session:
        model = custom_models.in_training(session, event.model_id, event.training_id)
        if model is not None and domain.may_move(model.status, Status.SUCCESS):
            model.artifact = event.artifact.model_dump()
            hosting.settle(session, model)


def training_failed(message: Delivery[TrainingFailed], database: Database) -> None:
    """The model may be trained again; it says what went wrong."""
    event = message.event
    with database.once(message.id) as session:
        model = custom_models.in_training(session, event.model_id, event.training_id)
        if model is None or model.artifact is not None:
            return  # deleted, trained anew, or already trained: the first end of a training holds
        if domain.may_move(model.status, Status.FAILED):
            model.status = Status.FAILED
            model.failure = {"code": event.code, "message": event.message}
            model.touch()
