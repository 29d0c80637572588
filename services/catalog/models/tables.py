"""The tables of the catalog, and its models in the form of the wire."""

from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import JSON, Index, String, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.catalog.domain import STATUS_NAMES, Status
from services.catalog.languages import names
from shared.events.data import StoredFile
from shared.rpc.catalog import CustomModel
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
    """A custom model. `training_id` is the latest training requested for it.

    `hosting_turn` and `hosting_refusal` are what quota said last of the hosting of its artifact.
    """

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
    hosting_turn: Mapped[int] = mapped_column(default=0)
    hosting_refusal: Mapped[dict[str, str] | None] = mapped_column(JSON, default=None)
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
        Index(
            "custom_models_newest",
            "organisation_id",
            "last_modified",
            "id",
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index(
            "custom_models_enabled",
            "organisation_id",
            "name",
            sqlite_where=text("enabled = 1 AND deleted_at IS NULL"),
            postgresql_where=text("enabled AND deleted_at IS NULL"),
        ),
    )

    def touch(self) -> None:
        """Something of the model changed; clocks of several processes never move it back."""
        self.last_modified = max(self.last_modified, now())

    def stored_artifact(self) -> StoredFile | None:
        """The trained model in storage."""
        return None if self.artifact is None else StoredFile.model_validate(self.artifact)

    def wire(self) -> CustomModel:
        """The model as the HTTP contract shows it."""
        return wire(self)


class ListedModel(Protocol):
    """What the HTTP contract shows of a model."""

    id: Any
    key: Any
    name: Any
    language: Any
    status: Any
    enabled: Any
    failure: Any
    last_modified: Any
    created_at: Any


def wire(row: ListedModel) -> CustomModel:
    """A model as the HTTP contract shows it."""
    return CustomModel(
        id=row.id,
        key=row.key,
        name=row.name,
        language=row.language,
        language_name=names()[row.language],
        status=row.status,
        status_name=STATUS_NAMES[Status(row.status)],
        enabled=row.enabled,
        failure=None if row.failure is None else Failure.model_validate(row.failure),
        last_modified=row.last_modified,
        created_at=row.created_at,
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
