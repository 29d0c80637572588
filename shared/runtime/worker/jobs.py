"""Leases: long work is a row that a worker holds for a while and renews while it works.

A worker that dies stops renewing; the row is free again when the lease runs out, and another
worker goes on. Nothing long ever holds a message.
"""

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

import structlog
from sqlalchemy import ColumnElement, ColumnExpressionArgument, and_, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column
from uuid6 import uuid7

from shared.runtime import context
from shared.runtime.database import Database, UtcDateTime, now
from shared.runtime.metrics import JOBS

RETRY_SECONDS = 0.5
MAX_RETRY_SECONDS = 60.0

log = structlog.get_logger(__name__)


STOP_SECONDS = 60.0
"""For the job in work to write down how far it is."""


class Leased:
    """The columns of a row that workers lease; mix into a table's class with an `id`."""

    lease_owner: Mapped[str | None] = mapped_column(default=None)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    attempts: Mapped[int] = mapped_column(default=0)
    request_id: Mapped[str | None] = mapped_column(default=None)
    traceparent: Mapped[str | None] = mapped_column(default=None)


class LeasedRow(Protocol):
    """What the queue below needs of a table's class."""

    id: Any
    lease_owner: Any
    lease_until: Any
    attempts: Any
    request_id: Any
    traceparent: Any


JobT = TypeVar("JobT", bound=LeasedRow)


class JobQueue(Generic[JobT]):
    """The rows of `table` for which `waiting` holds, by `order` and then oldest first."""

    def __init__(
        self,
        database: Database,
        table: type[JobT],
        waiting: ColumnElement[bool],
        *,
        lease_seconds: float,
        order: Sequence[ColumnExpressionArgument[Any]] = (),
    ) -> None:
        self.database = database
        self.owner = str(uuid7())
        self.lease_seconds = lease_seconds
        self._table = table
        self._waiting = waiting
        self._order = order

    def take(self) -> JobT | None:
        """Lease the next free row and count the attempt; None where all is done or held."""
        table = self._table
        free = or_(table.lease_until.is_(None), table.lease_until < now())
        query = (
            select(table)
            .where(and_(self._waiting, free))
            .order_by(*self._order, table.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        with self.database.transaction() as session:
            job = session.scalars(query).first()
            if job is not None:
                job.lease_owner = self.owner
                job.lease_until = self._until()
                job.attempts += 1
            return job

    def renew(self, job_id: str) -> bool:
        """Hold the row longer; False where it is another's by now, or waits no more."""
        return self._set_lease(job_id, self._until())

    def give_back(self, job_id: str, delay: float = 0.0) -> None:
        """Free the row for the next worker, in `delay` seconds."""
        self._set_lease(job_id, now() + timedelta(seconds=delay) if delay else None)

    def _until(self) -> datetime:
        return now() + timedelta(seconds=self.lease_seconds)

    def _set_lease(self, job_id: str, until: datetime | None) -> bool:
        mine = and_(self._table.id == job_id, self._table.lease_owner == self.owner, self._waiting)
        with self.database.transaction() as session:
            result = session.execute(update(self._table).where(mine).values(lease_until=until))
            return bool(result.rowcount)  # type: ignore[attr-defined]


class Lease:
    """A held row: `lost` is set when the work must stop at once."""

    def __init__(self) -> None:
        self.lost = threading.Event()


class JobLoop(Generic[JobT]):
    """Takes jobs one after the other and runs `work(job, lease)`, renewing the lease meanwhile.

    `work` records the outcome in its own transaction, provided that the row is still leased to
    it. An exception gives the row back; the next attempt follows after a delay that doubles.
    """

    def __init__(
        self,
        name: str,
        jobs: JobQueue[JobT],
        work: Callable[[JobT, Lease], None],
        *,
        poll_seconds: float,
    ) -> None:
        self._name = name
        self._jobs = jobs
        self._work = work
        self._poll_seconds = poll_seconds
        self._stopping = threading.Event()
        self._lease: Lease | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin taking jobs."""
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Take no more, and ask the job in work to stop; its row is given back."""
        self._stopping.set()
        if self._lease is not None:
            self._lease.lost.set()

    def stop(self, *, timeout: float = STOP_SECONDS) -> None:
        """Ask, and wait for the end."""
        self.ask_to_stop()
        self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                job = self._jobs.take()
            except Exception as error:  # whatever it is, the worker must go on taking jobs
                log.warning("lease_failed", error=type(error).__name__, exc_info=True)
                job = None
            if job is None:
                self._stopping.wait(self._poll_seconds)
            else:
                self._run_job(job)

    def _run_job(self, job: JobT) -> None:
        context.bind({"request_id": job.request_id, "traceparent": job.traceparent})
        lease = self._lease = Lease()
        if self._stopping.is_set():  # while the row was taken, so that `stop` saw no lease
            lease.lost.set()
        done = threading.Event()
        renewer = threading.Thread(target=self._renew, args=(job.id, lease, done), daemon=True)
        renewer.start()
        started = time.monotonic()
        outcome, delay = "ok", 0.0
        try:
            self._work(job, lease)
        except Exception:  # the row is given back and tried again
            outcome = "error"
            if not lease.lost.is_set():
                delay = min(RETRY_SECONDS * 2 ** min(job.attempts, 10), MAX_RETRY_SECONDS)
            log.exception("job_failed", job=self._name, job_id=job.id, attempt=job.attempts)
        finally:
            done.set()
            renewer.join()
            self._give_back(job.id, delay)
            self._lease = None
            JOBS.labels(self._name, outcome).observe(time.monotonic() - started)

    def _give_back(self, job_id: str, delay: float) -> None:
        try:
            self._jobs.give_back(job_id, delay)
        except SQLAlchemyError:
            log.warning("lease_not_given_back", job_id=job_id)  # it runs out by itself

    def _renew(self, job_id: str, lease: Lease, done: threading.Event) -> None:
        last_renewed = time.monotonic()
        while not done.wait(self._jobs.lease_seconds / 4):
            try:
                held = self._jobs.renew(job_id)
            except SQLAlchemyError:
                held = time.monotonic() - last_renewed < self._jobs.lease_seconds
            else:
                last_renewed = time.monotonic()
            if not held:
                lease.lost.set()
                return
