"""What nobody needs any more goes from storage; the rule is in the service's README."""

from datetime import datetime

from sqlalchemy import ColumnElement, true, update
from sqlalchemy.orm import Session

from services.ingest.models import queries, tables
from services.ingest.models.tables import Dataset, Training, Upload
from shared.events.catalog import TrainRequested
from shared.events.trainer import TrainingFailed, TrainingSucceeded
from shared.runtime import sweeping
from shared.runtime.database import Database, now
from shared.runtime.deliveries import Delivery
from shared.runtime.storage import Storage
from shared.runtime.sweeping import Ages


def sweep(database: Database, storage: Storage, ages: Ages) -> None:
    """One round of all that is below."""
    sweeping.abandon(database, Upload, ages.abandoned)
    sweeping.drop_unwanted(database, storage, Upload, ages.settled)
    sweeping.abort_unknown(database, storage, Upload, "datasets/", ages.abandoned)
    tidy_datasets(database, storage)
    purge_datasets(database, storage, ages.retained)


def tidy_datasets(
    database: Database, storage: Storage, which: ColumnElement[bool] | None = None
) -> None:
    """Leave nothing of a converted video but its row's object."""
    condition = tables.UNTIDY & (true() if which is None else which)
    for dataset in sweeping.rows(database, Dataset, condition):
        _remove(storage, dataset, kept=dataset.storage_key)
        _mark(database, dataset, Dataset.converted_at.key)


def purge_datasets(database: Database, storage: Storage, before: datetime) -> None:
    """Remove what was uploaded for rows deleted before then, but those of a model in training."""
    for dataset in sweeping.rows(database, Dataset, queries.purgeable(before)):
        _remove(storage, dataset, kept=None)
        _mark(database, dataset, Dataset.purged_at.key)


def training_begins(message: Delivery[TrainRequested], database: Database) -> None:
    """Files of the model stay where they are until it ends; its end may have come before."""
    with database.once(message.id) as session:
        _training(session, message.event)


def training_ends(
    message: Delivery[TrainingSucceeded] | Delivery[TrainingFailed], database: Database
) -> None:
    """It reads no file any more."""
    with database.once(message.id) as session:
        _training(session, message.event).ended_at = now()


def _training(
    session: Session, event: TrainRequested | TrainingSucceeded | TrainingFailed
) -> Training:
    found = session.get(Training, event.training_id, with_for_update=True)
    if found is None:
        found = Training(
            id=event.training_id,
            organisation_id=event.organisation_id,
            model_id=event.model_id,
        )
        session.add(found)
    return found


def _remove(storage: Storage, dataset: Dataset, *, kept: str | None) -> None:
    """Remove the upload of the row and all that attempts made of it, but for one object."""
    for stored in list(storage.list_prefix(dataset.original_key)):
        if stored.key != kept:
            storage.remove(stored.key)


def _mark(database: Database, dataset: Dataset, column: str) -> None:
    with database.transaction() as session:
        done = update(Dataset).where(Dataset.id == dataset.id).values({column: now()})
        session.execute(done)
