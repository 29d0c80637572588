"""The projection of ingest's datasets."""

from sqlalchemy import BigInteger, Index, String, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from services.validator.domain import KnownFile
from shared.events.data import DatasetFile
from shared.events.ingest import DatasetEvent, DatasetUploaded


class Base(DeclarativeBase):
    """The tables of the validator."""


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
    storage_key: Mapped[str | None] = mapped_column(String(1024))
    size: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64))
    duration: Mapped[float | None]

    __table_args__ = (Index("files_of_model", "model_id"),)

    def take(self, event: DatasetUploaded) -> None:
        """The file is ready."""
        self.type, self.storage_key = event.type, event.storage_key
        self.size, self.sha256, self.duration = event.size, event.sha256, event.duration


class DeletedModel(Base):
    """A model that nobody asks about any more; late events of it are not kept."""

    __tablename__ = "deleted_models"

    model_id: Mapped[str] = mapped_column(String(36), primary_key=True)


def row_of(session: Session, event: DatasetEvent) -> FileRow:
    """The row that an event is about, made where it is the first one.

    For a deleted model it is a row that is not kept.
    """
    row = session.get(FileRow, event.dataset_id)
    if row is None:
        row = FileRow(
            dataset_id=event.dataset_id,
            organisation_id=event.organisation_id,
            model_id=event.model_id,
            name=event.name,
        )
        if session.get(DeletedModel, event.model_id) is None:
            session.add(row)
    return row


def known_revisions(session: Session, model_id: str, revision: int) -> int:
    """How many of the revisions 1 to `revision` are known; all of them where it is equal."""
    query = select(
        func.count(FileRow.settled_revision).filter(FileRow.settled_revision <= revision),
        func.count(FileRow.deleted_revision).filter(FileRow.deleted_revision <= revision),
    ).where(FileRow.model_id == model_id)
    return sum(session.execute(query).one())


def ready_files(session: Session, organisation_id: str, model_id: str) -> list[KnownFile]:
    """The files that are uploaded and not deleted."""
    columns = (
        FileRow.type,
        FileRow.storage_key,
        FileRow.size,
        FileRow.sha256,
        FileRow.dataset_id,
        FileRow.name,
        FileRow.duration,
    )
    query = select(*columns).where(
        FileRow.organisation_id == organisation_id,
        FileRow.model_id == model_id,
        FileRow.type.is_not(None),
        FileRow.deleted_revision.is_(None),
    )
    return [
        KnownFile(row.type, DatasetFile.model_construct(**row._asdict()))
        for row in session.execute(query)
    ]
