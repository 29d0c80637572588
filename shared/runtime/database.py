"""The service's database: SQLite by default, PostgreSQL by its URL."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import DateTime, Engine, create_engine, event, insert, text
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, object_mapper
from sqlalchemy.types import TypeDecorator

from shared.runtime.tables import inbox

RowT = TypeVar("RowT")


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time; SQLite keeps no zone, so UTC is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """An aware time in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """UTC, so that SQLite compares texts of one zone."""
        return None if value is None else value.astimezone(UTC)


class AlreadyHandledError(Exception):
    """The message was handled before; its effect stands."""


def now() -> datetime:
    """The present, aware."""
    return datetime.now(UTC)


class Database:
    """Transactions on one service's tables.

    `on_publish` is called after a commit that wrote events; a relay puts itself there, so that
    it need not poll.
    """

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)
        self._reader = self.engine.execution_options(argot_reads=True)
        self.on_publish: Callable[[], None] = lambda: None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Commit on leaving, roll back on an error; rows stay readable afterwards."""
        with Session(self.engine, expire_on_commit=False) as session:
            with session.begin():
                yield session
            if session.info.get("published"):
                self.on_publish()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads: on SQLite it takes no write lock."""
        with Session(self._reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def once(self, message_id: str) -> Iterator[Session]:
        """A transaction for one message: raises `AlreadyHandledError` where it was handled."""
        with self.transaction() as session:
            try:
                session.execute(insert(inbox).values(message_id=message_id, handled_at=now()))
            except IntegrityError as error:
                raise AlreadyHandledError(message_id) from error
            yield session

    def ping(self) -> None:
        """Raise where the database does not answer."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def locked(session: Session, new: RowT) -> RowT:
    """The row that has the key of `new`, which is added where none has it.

    Others who want it wait until the transaction ends; of two who add it at once the second finds
    the first one's.
    """
    key = tuple(object_mapper(new).primary_key_from_instance(new))
    found = session.get(type(new), key, with_for_update=True)
    if found is not None:
        return found
    try:
        with session.begin_nested():
            session.add(new)
    except IntegrityError:
        pass  # another transaction was first
    return session.get_one(type(new), key, with_for_update=True)


def open_engine(url: str) -> Engine:
    """An engine that behaves under eventlet.

    SQLite: one connection and `BEGIN IMMEDIATE`, since a greenlet that yields inside a deferred
    transaction makes all others fail with 'database is locked'.
    """
    if not url.startswith("sqlite"):
        return create_engine(
            url, pool_size=5, max_overflow=15, pool_pre_ping=True, hide_parameters=True
        )
    engine = create_engine(url, pool_size=1, max_overflow=0, pool_timeout=60, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy's BEGIN below is the only one
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA busy_timeout=10000")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        reads = connection.get_execution_options().get("argot_reads")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine
