"""What uploads leave in storage, and how it goes: for every service with `UploadColumns`.

Each step may be done twice, by several processes at once, and may stop anywhere: the next sweep
does the rest.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self, TypeVar

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from shared.runtime import uploads
from shared.runtime.database import Database, now
from shared.runtime.settings import SweepSettings
from shared.runtime.storage import Storage, UploadMissing
from shared.runtime.uploads import UploadColumns

BATCH = 100

UploadT = TypeVar("UploadT", bound=UploadColumns)
RowT = TypeVar("RowT")


class Ages(NamedTuple):
    """Points in time: what is older has had its time.

    `settled` leaves time to a call that is still at what somebody else aborted meanwhile.
    """

    abandoned: datetime
    settled: datetime
    retained: datetime

    @classmethod
    def of(cls, settings: SweepSettings) -> Self:
        """As they are now."""
        return cls(
            abandoned=now() - timedelta(days=settings.upload_days),
            settled=now() - timedelta(seconds=settings.sweep_seconds),
            retained=now() - timedelta(days=settings.retention_days),
        )


def rows(database: Database, table: type[RowT], condition: ColumnElement[bool]) -> Iterator[RowT]:
    """The rows for which it holds, by id, whatever becomes of each meanwhile."""
    key: Any = table.id  # type: ignore[attr-defined]
    query = select(table).where(condition).order_by(key).limit(BATCH)
    last = ""
    while True:
        with database.reading() as session:
            found = session.scalars(query.where(key > last)).all()
        yield from found
        if len(found) < BATCH:
            return
        last = found[-1].id  # type: ignore[attr-defined]


def abandon(
    database: Database,
    table: type[UploadT],
    before: datetime,
    also: Callable[[Session, UploadT], None] = lambda _session, _upload: None,
) -> None:
    """Abort what is open since before then; `also` does the service's part in the same commit."""
    for upload in rows(database, table, _open_since(table, before)):
        with database.transaction() as session:
            mine = select(table).where(_open_since(table, before), table.id == upload.id)
            row = session.scalars(mine.with_for_update()).first()
            if row is not None:
                row.abort()
                also(session, row)


def drop_unwanted(
    database: Database,
    storage: Storage,
    table: type[UploadT],
    before: datetime,
    drop: Callable[[Storage, UploadT], None] = uploads.abort,
) -> None:
    """Remove from storage what became unwanted before then; `drop` knows all that came of it."""
    for upload in rows(database, table, table.unwanted_at < before):
        drop(storage, upload)
        with database.transaction() as session:
            session.execute(update(table).where(table.id == upload.id).values(unwanted_at=None))


def abort_unknown(
    database: Database, storage: Storage, table: type[UploadT], prefix: str, before: datetime
) -> None:
    """Abort what storage waits for under `prefix` since before then and no open upload is.

    A process that dies between storage and its own commit leaves such.
    """
    for pending in list(storage.multipart.pending(prefix)):
        if pending.begun_at < before and not _is_open(database, table, pending.upload_id):
            try:
                storage.multipart.abort(pending.key, pending.upload_id)
            except UploadMissing:
                continue  # another sweep was first


def _open_since(table: type[UploadColumns], before: datetime) -> ColumnElement[bool]:
    return (table.status == "open") & (table.created_at < before)


def _is_open(database: Database, table: type[UploadColumns], storage_upload_id: str) -> bool:
    mine = select(table.id).where(
        table.storage_upload_id == storage_upload_id, table.status == "open"
    )
    with database.reading() as session:
        return session.scalar(mine.limit(1)) is not None
