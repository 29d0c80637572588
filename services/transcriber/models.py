"""Transcriptions, alignments, uploads of audio, glossaries, and custom models that are gone."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import JSON, Index, Select, String, Text, exists, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from uuid6 import uuid7

from shared.rpc import transcriber as wire
from shared.rpc.catalog import TranscriptionTarget
from shared.rpc.contract import Failure
from shared.runtime.database import UtcDateTime, now
from shared.runtime.repeats import RepeatColumns
from shared.runtime.uploads import UploadColumns
from shared.runtime.worker.jobs import Leased

Status = Literal["uploading", "queued", "running", "succeeded", "failed"]


class Base(DeclarativeBase):
    """The tables of the transcriber."""


class Transcription(Leased, Base):
    """A job. Workers lease it while it is queued or running; `progress` is 0 to 100.

    An alignment is one, too: it has the transcript until it ends, and its result has it then.
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
    transcript: Mapped[str | None] = mapped_column(Text, default=None, deferred=True)
    status: Mapped[Status] = mapped_column(String(10), default="uploading")
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

    def reply(self) -> wire.Transcription:
        """The job as users see it."""
        failure = None
        if self.failure_code is not None:
            failure = Failure(code=self.failure_code, message=self.failure_message or "")
        return wire.Transcription(
            id=self.id,
            status=self.status,
            language=self.target.key,
            duration=self.duration,
            progress=self.progress,
            failure=failure,
            created_at=self.created_at,
        )


WAITING = Transcription.status.in_(["queued", "running"])

Index("ix_transcriptions_waiting", Transcription.id, sqlite_where=WAITING, postgresql_where=WAITING)


class Upload(UploadColumns, Base):
    """The upload of a job's audio."""

    __tablename__ = "uploads"

    transcription_id: Mapped[str] = mapped_column(String(36))


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


def transcription(
    session: Session, request: wire.GetTranscription | wire.GetResult
) -> Transcription | None:
    """The organisation's job of that kind."""
    query = select(Transcription).where(
        Transcription.organisation_id == request.organisation_id,
        Transcription.id == request.transcription_id,
        Transcription.kind == request.kind,
    )
    return session.scalars(query).first()


def transcript(session: Session, job: Transcription) -> str | None:
    """The text of an alignment that has not ended; None for a transcription."""
    query = select(Transcription.transcript).where(Transcription.id == job.id)
    return session.scalars(query).first()


def upload(organisation_id: str, upload_id: str) -> Select[tuple[Upload]]:
    """The organisation's upload."""
    return select(Upload).where(Upload.organisation_id == organisation_id, Upload.id == upload_id)


def leased(session: Session, job: Transcription) -> Transcription | None:
    """The row of `job`, where it still waits and is leased to the worker that took it."""
    query = select(Transcription).where(
        Transcription.id == job.id, Transcription.lease_owner == job.lease_owner, WAITING
    )
    return session.scalars(query.with_for_update()).first()


def queued_with_model(session: Session, model_id: str) -> list[Transcription]:
    """The transcriptions with a custom model that no worker has begun."""
    query = select(Transcription).where(
        Transcription.model_id == model_id, Transcription.status == "queued"
    )
    return list(session.scalars(query.with_for_update()))


def artifacts_of_model(session: Session, model_id: str) -> set[str]:
    """The digests of the artifacts that transcriptions with a custom model named."""
    query = select(Transcription.terms).where(Transcription.model_id == model_id)
    return {terms["artifact"]["sha256"] for terms in session.scalars(query) if terms["artifact"]}


def glossary(session: Session, organisation_id: str) -> list[wire.GlossaryEntry]:
    """The organisation's entries; none where it has no glossary."""
    row = session.get(GlossaryRow, organisation_id)
    return [wire.GlossaryEntry.model_validate(each) for each in row.entries] if row else []


def is_deleted(session: Session, model_id: str | None) -> bool:
    """Whether a custom model is gone; a base model never is."""
    return bool(session.scalar(select(exists().where(DeletedModel.model_id == model_id))))
