"""Transcriptions, alignments, uploads of audio, glossaries, and custom models that are gone."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    JSON,
    BigInteger,
    Index,
    Select,
    String,
    Text,
    and_,
    bindparam,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from uuid6 import uuid7

from services.transcriber.domain.turns import Line
from shared.events.transcriber import Task
from shared.rpc import transcriber as wire
from shared.rpc.catalog import TranscriptionTarget
from shared.rpc.contract import Failure
from shared.runtime import paging
from shared.runtime.database import UtcDateTime, now
from shared.runtime.repeats import RepeatColumns
from shared.runtime.uploads import UploadColumns
from shared.runtime.worker.jobs import Leased

Status = Literal["uploading", "queued", "running", "succeeded", "failed"]

ENGLISH = "en"


class Base(DeclarativeBase):
    """The tables of the transcriber."""


class Transcription(Leased, Base):
    """A job. Workers lease it while it is queued or running; `progress` is 0 to 100.

    An alignment is one, too: it has the transcript until it ends, and its result has it then.
    Jobs begin by `turn`, which is set when they are queued in the organisation's `line`.
    `terms` is the `TranscriptionTarget` as it was when the job was opened. `audio_key` and
    `result_key` name objects in storage.
    """

    __tablename__ = "transcriptions"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=lambda: str(uuid7()))
    organisation_id: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(255))
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)
    model_id: Mapped[str | None] = mapped_column(String(36), index=True)
    kind: Mapped[wire.JobKind] = mapped_column(
        String(20), default="transcription", server_default="transcription"
    )
    task: Mapped[Task] = mapped_column(
        String(10), default="transcribe", server_default="transcribe"
    )
    transcript: Mapped[str | None] = mapped_column(Text, default=None, deferred=True)
    status: Mapped[Status] = mapped_column(String(10), default="uploading")
    line: Mapped[Line] = mapped_column(String(5), default="short", server_default="short")
    turn: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    progress: Mapped[float] = mapped_column(default=0.0)
    duration: Mapped[float | None] = mapped_column(default=None)
    failure_code: Mapped[str | None] = mapped_column(String(80), default=None)
    failure_message: Mapped[str | None] = mapped_column(default=None)
    audio_key: Mapped[str]
    result_key: Mapped[str | None] = mapped_column(default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    @property
    def target(self) -> TranscriptionTarget:
        """What to transcribe with."""
        return TranscriptionTarget.model_validate(self.terms)

    @property
    def written_language(self) -> str:
        """That of the result's text."""
        return ENGLISH if self.task == "translate" else self.target.language

    def reply(self) -> wire.Transcription:
        """The job as users see it."""
        failure = None
        if self.failure_code is not None:
            failure = Failure(code=self.failure_code, message=self.failure_message or "")
        return wire.Transcription(
            id=self.id,
            name=self.name,
            status=self.status,
            language=self.target.key,
            duration=self.duration,
            progress=self.progress,
            failure=failure,
            created_at=self.created_at,
        )


Index(
    "ix_transcriptions_newest",
    Transcription.organisation_id,
    Transcription.kind,
    Transcription.created_at,
    Transcription.id,
)

# Written out in the queries, too: SQLite takes an index of some rows for an IN of literals only.
WAITING = Transcription.status.in_(
    bindparam("waiting", ["queued", "running"], expanding=True, literal_execute=True)
)
SHORT = and_(WAITING, Transcription.line == "short")
QUEUED = Transcription.status == "queued"
IN_TURN = (Transcription.turn,)

Index(
    "ix_transcriptions_turn",
    Transcription.turn,
    Transcription.id,
    sqlite_where=WAITING,
    postgresql_where=WAITING,
)
Index(
    "ix_transcriptions_line",
    Transcription.organisation_id,
    Transcription.line,
    Transcription.turn,
    sqlite_where=QUEUED,
    postgresql_where=QUEUED,
)


class Clock(Base):
    """One row: the highest turn that has begun, so that no new job comes before it."""

    __tablename__ = "clock"

    id: Mapped[int] = mapped_column(primary_key=True)
    turn: Mapped[int] = mapped_column(BigInteger, default=0)


class Upload(UploadColumns, Base):
    """The upload of a job's audio."""

    __tablename__ = "uploads"

    transcription_id: Mapped[str] = mapped_column(String(36), index=True)


OPEN = Upload.status == "open"
UNWANTED = Upload.unwanted_at.is_not(None)

Index("ix_uploads_open", Upload.created_at, sqlite_where=OPEN, postgresql_where=OPEN)
Index("ix_uploads_unwanted", Upload.unwanted_at, sqlite_where=UNWANTED, postgresql_where=UNWANTED)


class DeletedModel(Base):
    """A custom model that no job may begin with any more."""

    __tablename__ = "deleted_models"

    model_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    deleted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class GlossaryRow(Base):
    """An organisation's glossary: its `GlossaryEntry`s, in order."""

    __tablename__ = "glossaries"

    organisation_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    entries: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class Repeat(RepeatColumns, Base):
    """A job that was opened under an idempotency key."""

    __tablename__ = "repeats"


def folder(audio_key: str) -> str:
    """Where all of a job's objects are, and no other's; what their keys begin with."""
    return audio_key.rpartition("/")[0] + "/"


def transcription(
    request: wire.GetTranscription | wire.DeleteTranscription | wire.GetResult | wire.DownloadAudio,
) -> Select[tuple[Transcription]]:
    """The organisation's job of that kind."""
    return select(Transcription).where(
        Transcription.organisation_id == request.organisation_id,
        Transcription.id == request.transcription_id,
        Transcription.kind == request.kind,
    )


OF_KIND = paging.Pages[Transcription](
    select(Transcription).where(
        Transcription.organisation_id == bindparam("organisation_id"),
        Transcription.kind == bindparam("kind"),
    ),
    Transcription.created_at,
    Transcription.id,
)
"""An organisation's jobs of a kind."""


def transcript(session: Session, job: Transcription) -> str | None:
    """The text of an alignment that has not ended; None for a transcription."""
    query = select(Transcription.transcript).where(Transcription.id == job.id)
    return session.scalars(query).first()


def upload(organisation_id: str, upload_id: str) -> Select[tuple[Upload]]:
    """The organisation's upload."""
    return select(Upload).where(Upload.organisation_id == organisation_id, Upload.id == upload_id)


def upload_of(organisation_id: str, transcription_id: str) -> Select[tuple[Upload]]:
    """The upload of the audio of the organisation's job."""
    return select(Upload).where(
        Upload.organisation_id == organisation_id, Upload.transcription_id == transcription_id
    )


def leased(session: Session, job: Transcription) -> Transcription | None:
    """The row of `job`, where it still waits and is leased to the worker that took it."""
    query = select(Transcription).where(
        Transcription.id == job.id, Transcription.lease_owner == job.lease_owner, WAITING
    )
    return session.scalars(query.with_for_update()).first()


def has_result(session: Session, job: Transcription, result_key: str) -> bool:
    """Whether the job has ended with this result."""
    query = select(Transcription.result_key).where(Transcription.id == job.id)
    return session.scalars(query).first() == result_key


def clock(session: Session) -> int:
    """The highest turn that has begun."""
    return session.scalars(select(Clock.turn)).one()


def begin_turn(session: Session, turn: int) -> None:
    """The clock goes on, and never back."""
    session.execute(update(Clock).where(Clock.turn < turn).values(turn=turn))


def last_turn(session: Session, organisation_id: str, line: Line) -> int:
    """Of the jobs that wait in the organisation's line; 0 where none does."""
    query = select(func.max(Transcription.turn)).where(
        Transcription.organisation_id == organisation_id, Transcription.line == line, QUEUED
    )
    return session.scalar(query) or 0


def queued_with_model(session: Session, model_id: str) -> list[Transcription]:
    """The transcriptions with a custom model that no worker has begun."""
    query = select(Transcription).where(
        Transcription.model_id == model_id, Transcription.status == "queued"
    )
    return list(session.scalars(query.with_for_update()))


def glossary(session: Session, organisation_id: str) -> list[wire.GlossaryEntry]:
    """The organisation's entries; none where it has no glossary."""
    row = session.get(GlossaryRow, organisation_id)
    return [wire.GlossaryEntry.model_validate(each) for each in row.entries] if row else []


def is_deleted(session: Session, model_id: str | None) -> bool:
    """Whether a custom model is gone; a base model never is."""
    return bool(session.scalar(select(exists().where(DeletedModel.model_id == model_id))))
