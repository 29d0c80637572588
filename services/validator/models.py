"""The projection of ingest's datasets."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Index,
    String,
    Text,
    bindparam,
    func,
    select,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from services.validator.domain.files import FailedFile, KnownFile
from shared.events.ingest import DatasetEvent, DatasetUploaded
from shared.runtime.database import locked


class Base(DeclarativeBase):
    """The tables of the validator."""


class Model(Base):
    """A model as events tell of it: its row is locked for every change of its files.

    The row of a deleted one stays, so that late events leave nothing behind.
    """

    __tablename__ = "models"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    deleted: Mapped[bool] = mapped_column(default=False)


class FileRow(Base):
    """A dataset file as far as events told; each revision stands in exactly one column of one row.

    Events may come out of order: a deletion may be known before the upload.
    """

    __tablename__ = "files"

    dataset_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(String(200))
    model_id: Mapped[str] = mapped_column(String(36))
    name: Mapped[str] = mapped_column(String(1024))
    settled_revision: Mapped[int | None]  # uploaded or rejected
    deleted_revision: Mapped[int | None]
    type: Mapped[str | None] = mapped_column(String(20))  # None: rejected, or not known yet
    failure: Mapped[str | None] = mapped_column(Text)  # None: uploaded, or not known yet
    storage_key: Mapped[str | None] = mapped_column(String(1024))
    size: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64))
    duration: Mapped[float | None]
    silence: Mapped[float | None]
    clipping: Mapped[float | None]
    end_time: Mapped[float | None]
    characters: Mapped[int | None] = mapped_column(BigInteger)
    spoken_seconds: Mapped[float | None]
    longest_label: Mapped[int | None] = mapped_column(BigInteger)
    language: Mapped[str | None] = mapped_column(String(20))
    named: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))

    __table_args__ = (Index("files_of_model", "model_id"),)

    def become_ready(self, event: DatasetUploaded) -> None:
        """The file can be judged."""
        self.settled_revision, self.type = event.revision, event.type
        self.storage_key, self.size, self.sha256 = event.storage_key, event.size, event.sha256
        self.duration, self.end_time, self.named = event.duration, event.end_time, event.named
        if event.levels is not None:
            self.silence, self.clipping = event.levels.silence, event.levels.clipping
        if event.text is not None:
            self.characters, self.language = event.text.characters, event.text.language
            self.spoken_seconds = event.text.spoken_seconds
            self.longest_label = event.text.longest_label


def locked_model(session: Session, model_id: str) -> Model:
    """The model's row, made where it is missing; others wait until the transaction ends."""
    return locked(session, Model(id=model_id))


def is_deleted(session: Session, model_id: str) -> bool:
    """Whether the model is gone."""
    model = session.get(Model, model_id)
    return model is not None and model.deleted


def row_of(session: Session, event: DatasetEvent) -> FileRow:
    """The row that an event is about, made where it is the first one.

    For a deleted model it is a row that is not kept.
    """
    model = locked_model(session, event.model_id)
    row = session.get(FileRow, event.dataset_id)
    if row is None:
        row = FileRow(
            dataset_id=event.dataset_id,
            organisation_id=event.organisation_id,
            model_id=event.model_id,
            name=event.name,
        )
        if not model.deleted:
            session.add(row)
    return row


# Made once: to make them costs as much as to run them for a small model.
_KNOWN = select(
    func.count(FileRow.settled_revision).filter(FileRow.settled_revision <= bindparam("revision")),
    func.count(FileRow.deleted_revision).filter(FileRow.deleted_revision <= bindparam("revision")),
).where(FileRow.model_id == bindparam("model_id"))
_LIVING = (
    (FileRow.organisation_id == bindparam("organisation_id"))
    & (FileRow.model_id == bindparam("model_id"))
    & FileRow.deleted_revision.is_(None)
)
_READY = select(*(getattr(FileRow, field) for field in KnownFile._fields)).where(
    _LIVING, FileRow.type.is_not(None)
)
_FAILED = select(FileRow.name, FileRow.failure).where(_LIVING, FileRow.failure.is_not(None))


def knows(session: Session, model_id: str, revision: int) -> bool:
    """Whether all of the revisions 1 to `revision` have arrived."""
    counts = session.execute(_KNOWN, {"model_id": model_id, "revision": revision}).one()
    return sum(counts) == revision


def ready_files(session: Session, organisation_id: str, model_id: str) -> list[KnownFile]:
    """The files that are uploaded and not deleted."""
    about = {"organisation_id": organisation_id, "model_id": model_id}
    return list(map(KnownFile._make, session.execute(_READY, about)))


def failed_files(session: Session, organisation_id: str, model_id: str) -> list[FailedFile]:
    """The files that could not be used and are not deleted."""
    about = {"organisation_id": organisation_id, "model_id": model_id}
    return list(map(FailedFile._make, session.execute(_FAILED, about)))
