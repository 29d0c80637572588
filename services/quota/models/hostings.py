"""Which hosting is due, and who is asked next."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.quota.models.tables import Hosting

_LOOKED_AT = 1000


def organisations_due(session: Session, moment: datetime) -> list[str]:
    """Organisations with hosting to renew; where there are very many, some of them."""
    query = select(Hosting.organisation_id).where(Hosting.due_at <= moment).distinct()
    return sorted(session.scalars(query.limit(_LOOKED_AT)))


def due(session: Session, organisation_id: str, moment: datetime, limit: int) -> list[Hosting]:
    """The hosting to renew, held, first come first: live models before those that wait."""
    query = (
        select(Hosting)
        .where(
            Hosting.organisation_id == organisation_id,
            Hosting.state.in_(("live", "waiting")),
            Hosting.due_at <= moment,
        )
        .order_by(Hosting.state, Hosting.began_at, Hosting.model_id)
        .limit(limit)
    )
    return list(session.scalars(query.with_for_update()))


def wake_waiting(session: Session, organisation_id: str, moment: datetime) -> None:
    """The models that wait ask again at the next renewal: there may be a unit for them."""
    waiting = update(Hosting).where(
        Hosting.organisation_id == organisation_id, Hosting.state == "waiting"
    )
    session.execute(waiting.values(due_at=moment))
