"""Training runs, and the models that they are for."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, Index, Select, String, and_, exists, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from services.trainer.domain import OPEN, STATUS_NAMES, Status
from shared.events.data import DataUse, Evaluation
from shared.rpc.contract import Failure
from shared.rpc.trainer import UNKNOWN_DATA, Progress, Training
from shared.runtime.database import UtcDateTime, locked, now
from shared.runtime.worker.jobs import Leased


class Base(DeclarativeBase):
    """The tables of the trainer."""


class Model(Base):
    """A custom model as the trainer knows it: requests and the deletion queue on its row."""

    __tablename__ = "models"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class Run(Leased, Base):
    """A training. Workers lease it while it is open, and once more to tidy its storage.

    `folder` is the prefix of everything that the run keeps in storage; `checkpoint` the key of what
    the next attempt goes on from. `attempts` counts those since then, `faults` all that ended with
    a fault of their own.
    """

    __tablename__ = "runs"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(String(200))
    model_id: Mapped[str] = mapped_column(String(36))
    language: Mapped[str] = mapped_column(String(16))
    base_model: Mapped[str] = mapped_column(String(200))
    # Thousands of files: read once, by the worker.
    pairs: Mapped[list[dict[str, Any]]] = mapped_column(JSON, deferred=True)
    folder: Mapped[str] = mapped_column(String(1024))
    checkpoint: Mapped[str | None] = mapped_column(String(1100), default=None)
    faults: Mapped[int] = mapped_column(default=0, server_default="0")
    status: Mapped[int] = mapped_column(default=Status.PROVISIONING)
    phase: Mapped[str] = mapped_column(String(40), default=STATUS_NAMES[Status.PROVISIONING])
    percent: Mapped[float] = mapped_column(default=0.0)
    eta_seconds: Mapped[float | None] = mapped_column(default=None)
    loss: Mapped[list[tuple[int, float]]] = mapped_column(JSON, default=list)
    data: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    evaluation: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    artifact: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    report: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    failure_code: Mapped[str | None] = mapped_column(String(80), default=None)
    failure_message: Mapped[str | None] = mapped_column(default=None)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    tidied_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    purged_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)

    def end(self, status: Status) -> None:
        """No worker goes on with it."""
        self.status, self.finished_at, self.eta_seconds = status, now(), None

    def fail(self, failure: Failure) -> None:
        """It ended without a model."""
        self.end(Status.FAILED)
        self.failure_code, self.failure_message = failure.code, failure.message

    def reply(self) -> Training:
        """The run as users see it."""
        failure = None
        if self.failure_code is not None:
            failure = Failure(code=self.failure_code, message=self.failure_message or "")
        return Training(
            id=self.id,
            status=self.status,
            status_name=STATUS_NAMES[Status(self.status)],
            started_at=self.started_at,
            finished_at=self.finished_at,
            progress=Progress(
                phase=self.phase,
                percent=self.percent,
                eta_seconds=self.eta_seconds,
                loss=self.loss,
            ),
            evaluation=self.evaluation and Evaluation.model_validate(self.evaluation),
            data=DataUse.model_validate(self.data) if self.data else UNKNOWN_DATA,
            failure=failure,
        )


WAITING = Run.status.in_(OPEN)
UNTIDY = and_(Run.status.not_in(OPEN), Run.tidied_at.is_(None))

Index("ix_runs_newest", Run.organisation_id, Run.model_id, Run.requested_at)
Index("ix_runs_waiting", Run.id, sqlite_where=WAITING, postgresql_where=WAITING)
Index("ix_runs_untidy", Run.id, sqlite_where=UNTIDY, postgresql_where=UNTIDY)


def purgeable(before: datetime) -> ColumnElement[bool]:
    """Ended runs of models that were deleted before then."""
    deleted = exists().where(Model.id == Run.model_id, Model.deleted_at < before)
    return and_(Run.status.not_in(OPEN), Run.purged_at.is_(None), deleted)


def runs_of(organisation_id: str, model_id: str) -> Select[tuple[Run]]:
    """The organisation's runs of the model."""
    return select(Run).where(Run.organisation_id == organisation_id, Run.model_id == model_id)


def locked_model(session: Session, model_id: str) -> Model:
    """The model's row, made where it is missing; others wait until the transaction ends."""
    return locked(session, Model(id=model_id))


def held(session: Session, run: Run) -> Run | None:
    """The row of `run`, locked, where it is open and leased to the worker that took it."""
    query = select(Run).where(Run.id == run.id, Run.lease_owner == run.lease_owner, WAITING)
    return session.scalars(query.with_for_update()).first()
