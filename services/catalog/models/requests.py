"""Train requests."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.catalog.models.tables import TrainRequestRow
from shared.runtime.database import now
from shared.runtime.repeats import KEPT


def of_key(session: Session, organisation_id: str, key: str) -> TrainRequestRow | None:
    """The train request under an idempotency key that is on its way or has arrived.

    One that was refused made nothing, and keys are kept for so long only.
    """
    query = (
        select(TrainRequestRow)
        .where(
            TrainRequestRow.organisation_id == organisation_id,
            TrainRequestRow.idempotency_key == key,
            TrainRequestRow.state.in_(("claiming", "requested")),
            TrainRequestRow.requested_at > now() - KEPT,
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


def in_state(session: Session, state: str, before: datetime) -> list[TrainRequestRow]:
    """Train requests made before a moment that are in `state`; held."""
    query = select(TrainRequestRow).where(
        TrainRequestRow.state == state, TrainRequestRow.requested_at < before
    )
    return list(session.scalars(query.with_for_update(skip_locked=True)))
