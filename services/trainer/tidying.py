"""What runs leave in storage, and how it goes."""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime

from services.trainer import models
from services.trainer.models import Run
from shared.runtime import sweeping
from shared.runtime.database import Database, now
from shared.runtime.storage import Storage, UploadMissing


def tidy(run: Run, database: Database, storage: Storage) -> None:
    """Remove the checkpoint of a run that has ended, and what failed attempts left."""
    _empty(
        run.folder, storage, {each["storage_key"] for each in (run.artifact, run.report) if each}
    )
    with database.transaction() as session:
        session.get_one(Run, run.id).tidied_at = now()


def purge(database: Database, storage: Storage, before: datetime) -> None:
    """Remove all that is stored for the runs of models deleted before then."""
    for run in sweeping.rows(database, Run, models.purgeable(before)):
        _empty(run.folder, storage, ())
        with database.transaction() as session:
            session.get_one(Run, run.id).purged_at = now()


def _empty(folder: str, storage: Storage, kept: Collection[str]) -> None:
    # Uploads first: what a worker without its lease still sends cannot become an object later.
    for pending in list(storage.multipart.pending(f"{folder}/")):
        with suppress(UploadMissing):
            storage.multipart.abort(pending.key, pending.upload_id)
    for stored in list(storage.list_prefix(f"{folder}/")):
        if stored.key not in kept:
            storage.remove(stored.key)
