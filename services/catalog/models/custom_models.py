"""An organisation's custom models.

The statements of the routes that are asked most are made once: to make one costs as much as to
run it.
"""

from typing import Any, Protocol

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from services.catalog.models.tables import ModelRow, TrainRequestRow
from shared.errors import ArgotError
from shared.rpc.catalog import ModelDetails, RequestedTraining
from shared.runtime.paging import Pages

_LIVING = and_(
    ModelRow.organisation_id == bindparam("organisation_id"), ModelRow.deleted_at.is_(None)
)

NEWEST = Pages[Any](
    select(
        ModelRow.id,
        ModelRow.key,
        ModelRow.name,
        ModelRow.language,
        ModelRow.status,
        ModelRow.enabled,
        ModelRow.failure,
        ModelRow.last_modified,
        ModelRow.created_at,
    ).where(_LIVING),
    ModelRow.last_modified,
    ModelRow.id,
)
"""The models as `wire` takes them; a page costs the same however many there are."""

ENABLED = (
    select(ModelRow.id, ModelRow.key, ModelRow.name, ModelRow.language)
    .where(_LIVING, ModelRow.enabled)
    .order_by(ModelRow.name)
)
"""The live models, as a language list shows them."""

_OF_KEY = select(ModelRow).where(_LIVING, ModelRow.key == bindparam("key"))

_DETAILS = (
    select(ModelRow, TrainRequestRow.requested_at)
    .outerjoin(TrainRequestRow, TrainRequestRow.id == ModelRow.training_id)
    .where(ModelRow.id == bindparam("model_id"))
)
"""What every nested route begins with."""


class EnabledModel(Protocol):
    """What the language list shows of a live model."""

    id: Any
    key: Any
    name: Any
    language: Any


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


def _visible(row: ModelRow | None, organisation_id: str) -> ModelRow:
    if row is None or row.organisation_id != organisation_id or row.deleted_at is not None:
        raise ArgotError("custom-model-not-found")
    return row


def enabled(session: Session, organisation_id: str) -> list[EnabledModel]:
    """The organisation's live models, in order of name."""
    rows: Any = session.execute(ENABLED, {"organisation_id": organisation_id}).all()
    return list(rows)


def of_key(session: Session, organisation_id: str, key: str) -> ModelRow | None:
    """The model that a transcription names by its key."""
    about = {"organisation_id": organisation_id, "key": key}
    return session.scalars(_OF_KEY, about).first()


def find(session: Session, organisation_id: str, model_id: str) -> ModelRow | None:
    """The model where it lives; held."""
    query = select(ModelRow).where(_LIVING, ModelRow.id == model_id)
    about = {"organisation_id": organisation_id}
    return session.scalars(query.with_for_update(), about).first()


def hold(session: Session, organisation_id: str, model_id: str) -> ModelRow:
    """The model, held until the transaction ends. Errors: `custom-model-not-found`."""
    row = find(session, organisation_id, model_id)
    if row is None:
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
