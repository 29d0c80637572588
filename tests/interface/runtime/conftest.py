"""A database with the runtime's tables and one table of effects."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.runtime import tables
from shared.runtime.database import Database
from shared.runtime.worker.jobs import Leased


class Base(DeclarativeBase):
    pass


class Job(Leased, Base):
    """A row that workers lease."""

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    done: Mapped[bool] = mapped_column(default=False)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    for metadata in (tables.metadata, Base.metadata):
        metadata.drop_all(opened.engine)
        metadata.create_all(opened.engine)
    yield opened
    opened.close()


@pytest.fixture
def job_table() -> type[Job]:
    return Job
