"""Publications, custom models, train requests."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, Index, String, bindparam, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from services.catalog.domain import STATUS_NAMES, Status
from services.catalog.languages import names
from shared.errors import ArgotError
from shared.events.data import StoredFile
from shared.rpc.catalog import CustomModel, ModelDetails, RequestedTraining
from shared.rpc.contract import Failure
from shared.runtime.database import UtcDateTime, now
from shared.runtime.repeats import RepeatColumns


class Base(DeclarativeBase):
    """The tables of the catalog."""


class Publication(Base):
    """A base language that an organisation may use."""

    __tablename__ = "publications"

    organisation_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    language: Mapped[str] = mapped_column(String(35), primary_key=True)


class ModelRow(Base):
    """A custom model. `training_id` is the latest training requested for it."""

    __tablename__ = "custom_models"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(String(200))
    key: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(35))
    base_model: Mapped[str] = mapped_column(String(200))
    status: Mapped[int] = mapped_column(default=Status.NOT_RUNNING)
    enabled: Mapped[bool] = mapped_column(default=False)
    failure: Mapped[dict[str, str] | None] = mapped_column(JSON, default=None)
    training_id: Mapped[str | None] = mapped_column(String(36), default=None)
    artifact: Mapped[dict[str, Any] | None] = mapped_column(JSON, default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_modified: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)

    __table_args__ = (
        Index(
            "custom_models_key",
            "organisation_id",
            "key",
            unique=True,
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index("custom_models_newest", "organisation_id", "last_modified", "id"),
    )

    def touch(self) -> None:
        """Something of the model changed."""
        self.last_modified = now()

    def stored_artifact(self) -> StoredFile | None:
        """The trained model in storage."""
        return None if self.artifact is None else StoredFile.model_validate(self.artifact)

    def wire(self) -> CustomModel:
        """The model as the HTTP contract shows it."""
        return CustomModel(
            id=self.id,
            key=self.key,
            name=self.name,
            language=self.language,
            language_name=names()[self.language],
            status=self.status,
            status_name=STATUS_NAMES[Status(self.status)],
            enabled=self.enabled,
            failure=None if self.failure is None else Failure.model_validate(self.failure),
            last_modified=self.last_modified,
            created_at=self.created_at,
        )


class TrainRequestRow(Base):
    """A click on Train: `claiming`, then `requested`, `refused`, or `abandoned` and `released`."""

    __tablename__ = "train_requests"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(String(200))
    model_id: Mapped[str] = mapped_column(String(36), index=True)
    state: Mapped[str] = mapped_column(String(10), index=True)
    skip_unmatched: Mapped[bool]
    idempotency_key: Mapped[str | None] = mapped_column(String(255))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("train_requests_keys", "organisation_id", "idempotency_key"),)


class Repeat(RepeatColumns, Base):
    """A model that was created under an idempotency key."""

    __tablename__ = "repeats"


def living(organisation_id: str) -> ColumnElement[bool]:
    """The models that an organisation sees."""
    return (ModelRow.organisation_id == organisation_id) & ModelRow.deleted_at.is_(None)


_DETAILS = (
    select(ModelRow, TrainRequestRow.requested_at)
    .outerjoin(TrainRequestRow, TrainRequestRow.id == ModelRow.training_id)
    .where(ModelRow.id == bindparam("model_id"))
)
"""Made once: to make it costs as much as to run it, and every nested route begins with it."""


def details(session: Session, organisation_id: str, model_id: str) -> ModelDetails:
    """The model with its latest request. Errors: `custom-model-not-found`."""
    found = session.execute(_DETAILS, {"model_id": model_id}).first()
    row = _visible(found[0] if found else None, organisation_id)
    requested = None
    if found and found[1] and row.training_id:
        requested = RequestedTraining(id=row.training_id, requested_at=found[1])
    return ModelDetails(
        model=row.wire(), requested_training=requested, artifact=row.stored_artifact()
    )


def hold(session: Session, organisation_id: str, model_id: str) -> ModelRow:
    """The model, held until the transaction ends. Errors: `custom-model-not-found`."""
    row = session.get(ModelRow, model_id, with_for_update=True)
    return _visible(row, organisation_id)


def _visible(row: ModelRow | None, organisation_id: str) -> ModelRow:
    if row is None or row.organisation_id != organisation_id or row.deleted_at is not None:
        raise ArgotError("custom-model-not-found")
    return row


def in_training(session: Session, model_id: str, training_id: str) -> ModelRow | None:
    """The model where it lives and this is still its latest training; held."""
    query = select(ModelRow).where(
        ModelRow.id == model_id,
        ModelRow.training_id == training_id,
        ModelRow.deleted_at.is_(None),
    )
    return session.scalars(query.with_for_update()).first()


def request_of_key(session: Session, organisation_id: str, key: str) -> TrainRequestRow | None:
    """The latest train request made under an idempotency key."""
    query = (
        select(TrainRequestRow)
        .where(
            TrainRequestRow.organisation_id == organisation_id,
            TrainRequestRow.idempotency_key == key,
        )
        .order_by(TrainRequestRow.id.desc())
    )
    return session.scalars(query).first()


def claiming(session: Session, model_id: str) -> TrainRequestRow | None:
    """The train request of the model that waits for its claim."""
    query = select(TrainRequestRow).where(
        TrainRequestRow.model_id == model_id, TrainRequestRow.state == "claiming"
    )
    return session.scalars(query).first()


def requests_in(session: Session, state: str, before: datetime) -> list[TrainRequestRow]:
    """Train requests made before a moment that are in `state`; held."""
    query = select(TrainRequestRow).where(
        TrainRequestRow.state == state, TrainRequestRow.requested_at < before
    )
    return list(session.scalars(query.with_for_update(skip_locked=True)))


def is_published(session: Session, organisation_id: str, language: str) -> bool:
    """Whether the organisation may use a base language."""
    return session.get(Publication, (organisation_id, language)) is not None
