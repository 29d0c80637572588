"""The use cases of the validator."""

import time

from sqlalchemy import delete

from services.validator import models
from services.validator.domain.verdict import assess
from services.validator.models import FileRow
from shared.errors import ArgotError
from shared.events.catalog import CustomModelDeleted
from shared.events.ingest import DatasetDeleted, DatasetRejected, DatasetUploaded
from shared.rpc.validator import Assessment, Validate
from shared.runtime.database import Database
from shared.runtime.deliveries import Delivery

_FIRST_PAUSE_SECONDS = 0.02
_LONGEST_PAUSE_SECONDS = 0.3


def validate(request: Validate, database: Database, *, catch_up_seconds: float) -> Assessment:
    """The verdict at the caller's revision or a later one.

    Waits up to `catch_up_seconds` for events on their way, then `not-ready-to-run`; of a deleted
    model none are kept, so that there is nothing to wait for.
    """
    about = (request.organisation_id, request.model_id)
    deadline = time.monotonic() + catch_up_seconds
    pause = _FIRST_PAUSE_SECONDS
    while True:
        with database.reading() as session:
            if models.is_deleted(session, request.model_id):
                raise ArgotError("custom-model-not-found")
            if models.knows(session, request.model_id, request.revision):
                files = models.ready_files(session, *about)
                failed = models.failed_files(session, *about)
                break
        if time.monotonic() >= deadline:
            raise ArgotError("not-ready-to-run", "Datasets are still being processed")
        time.sleep(pause)  # longer each time: to look costs what the missing events need too
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
    return assess(files, failed, language=request.language, with_pairs=request.with_pairs)


def dataset_uploaded(message: Delivery[DatasetUploaded], database: Database) -> None:
    """One more file to judge."""
    with database.once(message.id) as session:
        models.row_of(session, message.event).become_ready(message.event)


def dataset_rejected(message: Delivery[DatasetRejected], database: Database) -> None:
    """A file that cannot be used is not judged; its revision is known."""
    with database.once(message.id) as session:
        row = models.row_of(session, message.event)
        row.settled_revision, row.failure = message.event.revision, message.event.message


def dataset_deleted(message: Delivery[DatasetDeleted], database: Database) -> None:
    """A file less; the row stays, since its revisions count."""
    with database.once(message.id) as session:
        models.row_of(session, message.event).deleted_revision = message.event.revision


def custom_model_deleted(message: Delivery[CustomModelDeleted], database: Database) -> None:
    """Nobody asks about the model any more."""
    with database.once(message.id) as session:
        models.locked_model(session, message.event.model_id).deleted = True
        session.execute(delete(FileRow).where(FileRow.model_id == message.event.model_id))
