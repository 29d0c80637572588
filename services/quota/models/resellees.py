"""Who resells to whom."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.quota.models.tables import PlanRow, Resellee


def note_parent(session: Session, organisation_id: str, parent_org: str) -> None:
    """The first one counts, also of two at once."""
    if session.get(Resellee, organisation_id) is not None:
        return
    try:
        with session.begin_nested():
            session.add(Resellee(organisation_id=organisation_id, parent_org=parent_org))
    except IntegrityError:
        pass  # another transaction was first


def parent_of(session: Session, organisation_id: str, plan: PlanRow | None) -> str | None:
    """Who resells to the organisation."""
    if plan is not None and plan.parent_org is not None:
        return plan.parent_org
    row = session.get(Resellee, organisation_id)
    return None if row is None else row.parent_org
