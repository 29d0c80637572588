"""What ingest asks of its tables."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, select, update
from sqlalchemy.orm import Session

from services.ingest.models.tables import (
    IN_TRAINING,
    LIVE,
    UNPURGED,
    WAITING,
    Dataset,
    Model,
    Training,
    Upload,
)
from shared.rpc import ingest as wire
from shared.runtime.database import locked, now


def is_deleted(session: Session, organisation_id: str, model_id: str) -> bool:
    """Whether the model is gone."""
    model = session.get(Model, (organisation_id, model_id))
    return model is not None and model.deleted_at is not None


def locked_model(session: Session, organisation_id: str, model_id: str) -> Model:
    """The model's row, made where it is missing; others wait until the transaction ends."""
    return locked(session, Model(organisation_id=organisation_id, model_id=model_id))


def upload(organisation_id: str, upload_id: str) -> Select[tuple[Upload]]:
    """The organisation's upload."""
    return select(Upload).where(Upload.organisation_id == organisation_id, Upload.id == upload_id)


def live_datasets(organisation_id: str, model_id: str) -> Select[tuple[Dataset]]:
    """The model's rows that are not deleted."""
    return select(Dataset).where(
        Dataset.organisation_id == organisation_id, Dataset.model_id == model_id, LIVE
    )


def leased_dataset(session: Session, job: Dataset) -> Dataset | None:
    """The row of `job`, where it still waits and is leased to the worker that took it."""
    query = select(Dataset).where(
        Dataset.id == job.id, Dataset.lease_owner == job.lease_owner, WAITING
    )
    return session.scalars(query.with_for_update()).first()


def abort_open_uploads(session: Session, organisation_id: str, model_id: str) -> None:
    """No upload for the model goes on."""
    session.execute(
        update(Upload)
        .where(
            Upload.organisation_id == organisation_id,
            Upload.model_id == model_id,
            Upload.status == "open",
        )
        .values(status="aborted", unwanted_at=now())
    )


def purgeable(before: datetime) -> ColumnElement[bool]:
    """Rows deleted before then, but those of a model in training."""
    in_training = exists().where(
        Training.organisation_id == Dataset.organisation_id,
        Training.model_id == Dataset.model_id,
        IN_TRAINING,
    )
    return and_(UNPURGED, Dataset.deleted_at < before, ~in_training)


def datasets_state(session: Session, organisation_id: str, model_id: str) -> wire.DatasetsState:
    """One query, so that no change falls between the two numbers."""
    waiting = live_datasets(organisation_id, model_id).where(WAITING)
    revision = select(Model.revision).where(
        Model.organisation_id == organisation_id, Model.model_id == model_id
    )
    row = session.execute(
        select(
            func.coalesce(revision.scalar_subquery(), 0),
            select(func.count()).select_from(waiting.subquery()).scalar_subquery(),
        )
    ).one()
    return wire.DatasetsState(revision=row[0], processing=row[1])
