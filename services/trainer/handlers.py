"""The use cases of the trainer."""

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.trainer import domain, models
from services.trainer.domain import Status, Stopped, TrainingFault
from services.trainer.models import Run
from shared.errors import ArgotError
from shared.events.catalog import CustomModelDeleted, TrainRequested
from shared.events.data import DataUse, Evaluation, Fault, Pair, StoredFile
from shared.events.trainer import (
    TrainingFailed,
    TrainingProgressed,
    TrainingStarted,
    TrainingSucceeded,
)
from shared.rpc.contract import Failure, Page
from shared.rpc.ingest import SignedUrl
from shared.rpc.trainer import (
    DownloadArtifact,
    GetTraining,
    ListTrainings,
    Progress,
    Training,
    expected,
)
from shared.runtime import context, outbox, paging
from shared.runtime.database import Database, now
from shared.runtime.deliveries import Delivery
from shared.runtime.paging import Place
from shared.runtime.storage import Storage, new_key

MODEL_DELETED = Failure(code="model-deleted", message="The custom model was deleted.")

_PAIRS = TypeAdapter(list[Pair])


def list_trainings(request: ListTrainings, database: Database) -> Page[Training]:
    """The model's runs; a requested training that did not arrive yet leads the first page."""
    query = models.runs_of(request.organisation_id, request.model_id)
    with database.reading() as session:
        rows, cursor = paging.read_page(session, query, Run.requested_at, Run.id, request)
        waited_for = request.requested
        if waited_for and (request.cursor or session.get(Run, waited_for.id)):
            waited_for = None
    items = [row.reply() for row in rows]
    if waited_for is None:
        return Page[Training](items=items, next_cursor=cursor)
    if len(rows) == request.limit:
        rows = rows[:-1]
        last = rows[-1] if rows else waited_for
        cursor = paging.encode(Place(last.requested_at, last.id))
    items = [expected(waited_for), *items[: len(rows)]]
    return Page[Training](items=items, next_cursor=cursor)


def get_training(request: GetTraining, database: Database) -> Training:
    """One run of the model."""
    query = models.runs_of(request.organisation_id, request.model_id)
    with database.reading() as session:
        run = session.scalars(query.where(Run.id == request.training_id)).first()
        if run is not None:
            return run.reply()
    if request.requested is None or request.requested.id != request.training_id:
        raise ArgotError("training-not-found")
    return expected(request.requested)


def download_artifact(request: DownloadArtifact, storage: Storage) -> SignedUrl:
    """A URL that saves under the name asked for."""
    key = request.artifact.storage_key
    url = storage.sign_download(key, request.file_name, domain.DOWNLOAD_SECONDS)
    return SignedUrl(url=url)


def request_training(message: Delivery[TrainRequested], database: Database) -> None:
    """Make the run that a worker takes up; nothing where the model is deleted meanwhile."""
    event = message.event
    with database.once(message.id) as session:
        model = models.locked_model(session, event.model_id)
        if session.get(Run, event.training_id) is not None:
            return
        if model.deleted_at is not None:
            about = event.model_dump(include={"organisation_id", "model_id", "training_id"})
            outbox.publish(session, _cancelled(about, "platform"))
            return
        session.add(
            Run(
                id=event.training_id,
                organisation_id=event.organisation_id,
                model_id=event.model_id,
                language=event.language,
                base_model=event.base_model,
                pairs=_PAIRS.dump_python(event.pairs, mode="json"),
                folder=new_key("trainings", event.organisation_id, event.model_id),
                **context.current(),
            )
        )


def delete_model(message: Delivery[CustomModelDeleted], database: Database) -> None:
    """The model's runs end at once; a worker notices when it renews its lease."""
    event = message.event
    with database.once(message.id) as session:
        model = models.locked_model(session, event.model_id)
        model.deleted_at = model.deleted_at or now()
        open_runs = models.runs_of(event.organisation_id, event.model_id).where(models.WAITING)
        for run in session.scalars(open_runs.with_for_update()).all():
            # A training that had not begun yet costs nothing.
            fault: Fault = "data" if run.status == Status.RUNNING else "platform"
            run.fail(MODEL_DELETED)
            outbox.publish(session, _cancelled(_about(run), fault))


def _cancelled(training: dict[str, str], fault: Fault) -> TrainingFailed:
    """The end of a training whose model is gone."""
    return TrainingFailed(
        **training, code=MODEL_DELETED.code, message=MODEL_DELETED.message, fault=fault
    )


def pairs_of(run: Run, database: Database) -> list[Pair]:
    """The run's recordings and transcripts."""
    with database.transaction() as session:
        return _PAIRS.validate_python(session.scalar(select(Run.pairs).where(Run.id == run.id)))


def is_held(run: Run, database: Database) -> bool:
    """Whether the run is still this worker's to go on with."""
    with database.transaction() as session:
        return models.held(session, run) is not None


def start(run: Run, data: DataUse, database: Database) -> None:
    """The data is there and the engine may begin; told once, however often it begins.

    This and the next ones raise `Stopped` where the run is not the worker's any more.
    """
    with database.transaction() as session:
        row = _held(session, run)
        row.data = data.model_dump(mode="json")
        if row.status == Status.PROVISIONING:
            row.status, row.started_at = Status.RUNNING, now()
            outbox.publish(session, TrainingStarted(**_about(row)))


def progress(run: Run, told: Progress, database: Database) -> None:
    """How far the engine is; what an attempt repeats does not lower the percentage."""
    with database.transaction() as session:
        row = _held(session, run)
        row.phase, row.eta_seconds = told.phase, told.eta_seconds
        row.percent = max(row.percent, told.percent)
        row.loss = domain.thinned(told.loss) or row.loss
        event = TrainingProgressed(
            **_about(row),
            phase=row.phase,
            percent=row.percent,
            eta_seconds=row.eta_seconds,
            loss=row.loss[-1][1] if row.loss else None,
        )
        outbox.publish(session, event)


def checkpoint_stored(run: Run, key: str, database: Database) -> None:
    """The run got on: attempts that were killed so far do not count against it."""
    with database.transaction() as session:
        row = _held(session, run)
        row.checkpoint, row.attempts = key, 0
    run.checkpoint, run.attempts = key, 0


def count_fault(run: Run, database: Database) -> int:
    """How many attempts ended with a fault of their own, this one included."""
    with database.transaction() as session:
        row = _held(session, run)
        row.faults += 1
        return row.faults


def put_back(run: Run, database: Database) -> None:
    """The worker stops of its own accord: that is no failed attempt."""
    with database.transaction() as session:
        row = models.held(session, run)
        if row is not None:
            row.attempts = max(0, row.attempts - 1)


def succeed(
    run: Run,
    database: Database,
    *,
    artifact: StoredFile,
    report: StoredFile,
    evaluation: Evaluation,
    data: DataUse,
) -> None:
    """The run ended with a model."""
    with database.transaction() as session:
        row = _held(session, run)
        row.end(Status.SUCCESS)
        row.phase, row.percent = "done", 100.0
        row.artifact, row.report = artifact.model_dump(), report.model_dump()
        row.evaluation = evaluation.model_dump(mode="json")
        row.data = data.model_dump(mode="json")
        event = TrainingSucceeded(
            **_about(row), artifact=artifact, evaluation=evaluation, data=data
        )
        outbox.publish(session, event)


def fail(run: Run, fault: TrainingFault, database: Database) -> None:
    """The run ended without a model."""
    with database.transaction() as session:
        row = _held(session, run)
        row.fail(Failure(code=fault.code, message=fault.message))
        if fault.data is not None:
            row.data = fault.data.model_dump(mode="json")
        event = TrainingFailed(
            **_about(row), code=fault.code, message=fault.message, fault=fault.fault
        )
        outbox.publish(session, event)


def _held(session: Session, run: Run) -> Run:
    row = models.held(session, run)
    if row is None:
        raise Stopped(run.id)
    return row


def _about(run: Run) -> dict[str, str]:
    return {
        "organisation_id": run.organisation_id,
        "model_id": run.model_id,
        "training_id": run.id,
    }
