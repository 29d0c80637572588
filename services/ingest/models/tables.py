"""Dataset rows, the uploads that they come from, and each model's count of changes."""

from datetime import datetime
from typing import Literal

from sqlalchemy import BigInteger, Index, Integer, String, and_
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from uuid6 import uuid7

from services.ingest.domain import Facts
from shared.rpc import ingest as wire
from shared.rpc.contract import Failure
from shared.runtime.database import UtcDateTime, now
from shared.runtime.repeats import RepeatColumns
from shared.runtime.uploads import UploadColumns
from shared.runtime.worker.jobs import Leased


class Base(DeclarativeBase):
    """The tables of ingest."""


class Model(Base):
    """A custom model as ingest knows it: its row is locked for every change of its datasets."""

    __tablename__ = "models"

    organisation_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    model_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger, default=0)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)

    def next_revision(self) -> int:
        """Count one change; call it under the row's lock, once for each event."""
        self.revision += 1
        return self.revision


class Dataset(Leased, Base):
    """A file of a model. Workers lease it while its status is `processing`.

    `name` is what users see, `uploaded_name` what the file bore when it came: a video's differ.
    `converted_at` is when nothing but the row's own object was left of a video. A deleted row
    stays; `purged_at` is when its object went.
    """

    __tablename__ = "datasets"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=lambda: str(uuid7()))
    organisation_id: Mapped[str] = mapped_column(String(200))
    model_id: Mapped[str] = mapped_column(String(36))
    name: Mapped[str] = mapped_column(String(255))
    uploaded_name: Mapped[str] = mapped_column(String(255))
    type: Mapped[wire.DatasetType] = mapped_column(String(10))
    status: Mapped[Literal["processing", "ready", "failed"]] = mapped_column(
        String(10), default="processing"
    )
    failure_code: Mapped[str | None] = mapped_column(String(80), default=None)
    failure_message: Mapped[str | None] = mapped_column(default=None)
    storage_key: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64), default=None)
    duration: Mapped[float | None] = mapped_column(default=None)
    start_time: Mapped[float | None] = mapped_column(default=None)
    end_time: Mapped[float | None] = mapped_column(default=None)
    cues: Mapped[int | None] = mapped_column(Integer, default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    converted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    purged_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)

    @property
    def original_key(self) -> str:
        """Under which the file was uploaded; keys of what it is converted to begin with it."""
        return self.storage_key.partition(".")[0]

    def converted_key(self) -> str:
        """For what this attempt makes of the file: no two attempts write to one object."""
        return f"{self.original_key}.{self.attempts}.m4a"

    def reply(self) -> wire.Dataset:
        """The row as users see it."""
        failure = None
        if self.failure_code is not None:
            failure = Failure(code=self.failure_code, message=self.failure_message or "")
        return wire.Dataset(
            id=self.id,
            name=self.name,
            type=self.type,
            status=self.status,
            failure=failure,
            duration=self.duration,
            url=f"/api/v1/custom-models/{self.model_id}/datasets/{self.id}/download",
            start_time=self.start_time,
            end_time=self.end_time,
            size=self.size,
            created_at=self.created_at,
        )

    def become_ready(self, facts: Facts) -> None:
        """Take over what was found out, and where the file is kept."""
        self.status, self.changed_at = "ready", now()
        self.storage_key = facts.stored.storage_key
        self.size, self.sha256 = facts.stored.size, facts.stored.sha256
        self.duration, self.cues = facts.duration, facts.cues
        self.start_time, self.end_time = facts.start_time, facts.end_time

    def become_failed(self, failure: Failure) -> None:
        """Keep the reason for the user."""
        self.status, self.changed_at = "failed", now()
        self.failure_code, self.failure_message = failure.code, failure.message


LIVE = Dataset.deleted_at.is_(None)
WAITING = and_(LIVE, Dataset.status == "processing")
UNTIDY = and_(
    LIVE,
    Dataset.status == "ready",
    Dataset.name != Dataset.uploaded_name,
    Dataset.converted_at.is_(None),
)
UNPURGED = and_(Dataset.deleted_at.is_not(None), Dataset.purged_at.is_(None))

Index("ix_datasets_waiting", Dataset.id, sqlite_where=WAITING, postgresql_where=WAITING)
Index("ix_datasets_untidy", Dataset.id, sqlite_where=UNTIDY, postgresql_where=UNTIDY)
Index("ix_datasets_unpurged", Dataset.deleted_at, sqlite_where=UNPURGED, postgresql_where=UNPURGED)
Index("ix_datasets_newest", Dataset.organisation_id, Dataset.model_id, Dataset.changed_at)
Index(
    "uq_datasets_live_name",
    Dataset.organisation_id,
    Dataset.model_id,
    Dataset.name,
    unique=True,
    sqlite_where=LIVE,
    postgresql_where=LIVE,
)


class Upload(UploadColumns, Base):
    """An upload for a model, and the row that it completes to."""

    __tablename__ = "uploads"

    model_id: Mapped[str] = mapped_column(String(36), index=True)
    row_name: Mapped[str] = mapped_column(String(255))
    row_type: Mapped[wire.DatasetType] = mapped_column(String(10))
    dataset_id: Mapped[str | None] = mapped_column(String(36), default=None)


class Repeat(RepeatColumns, Base):
    """A batch of uploads that was opened under an idempotency key."""

    __tablename__ = "repeats"


OPEN = Upload.status == "open"
UNWANTED = Upload.unwanted_at.is_not(None)

Index("ix_uploads_open", Upload.created_at, sqlite_where=OPEN, postgresql_where=OPEN)
Index("ix_uploads_unwanted", Upload.unwanted_at, sqlite_where=UNWANTED, postgresql_where=UNWANTED)


class Training(Base):
    """A training of a model, which reads its files until `ended_at`."""

    __tablename__ = "trainings"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(String(200))
    model_id: Mapped[str] = mapped_column(String(36))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


IN_TRAINING = Training.ended_at.is_(None)

Index(
    "ix_trainings_open",
    Training.organisation_id,
    Training.model_id,
    sqlite_where=IN_TRAINING,
    postgresql_where=IN_TRAINING,
)
