"""What the ledger says of claims, and plans as the gate to it."""

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import and_, bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased
from uuid6 import uuid7

from services.quota.domain import FREE, Period, Standing, Usage, period_at
from services.quota.models.tables import Entry, PlanRow
from shared.events.quota import ClaimKind
from shared.rpc.quota import plain
from shared.runtime.paging import Pages


def locked_plan(session: Session, organisation_id: str) -> PlanRow | None:
    """The plan, held until the transaction ends, so that claims are counted one at a time."""
    query = select(PlanRow).where(PlanRow.organisation_id == organisation_id).with_for_update()
    return session.scalars(query).first()


def claim(
    *,
    organisation_id: str,
    kind: ClaimKind,
    training_id: str,
    model_id: str,
    price: Decimal,
    period_start: datetime,
    created_at: datetime,
) -> Entry:
    """The first line of a claim."""
    identifier = str(uuid7())
    return Entry(
        id=identifier,
        organisation_id=organisation_id,
        claim_id=identifier,
        kind=kind,
        action="claim",
        training_id=training_id,
        term=_term(period_start) if kind == "hosting" else "",
        model_id=model_id,
        price=plain(price),
        period_start=period_start,
        created_at=created_at,
    )


def _term(period_start: datetime) -> str:
    return period_start.astimezone(UTC).isoformat()


def training_entry(session: Session, training_id: str, action: str) -> Entry | None:
    """The entry of one training; there is one of each action at most."""
    query = select(Entry).where(
        Entry.training_id == training_id,
        Entry.kind == "training",
        Entry.term == "",
        Entry.action == action,
    )
    return session.scalars(query).first()


def hosting_claims(session: Session, training_ids: list[str], period: Period) -> dict[str, Entry]:
    """The units that models hold for a period, by their trainings."""
    query = select(Entry).where(
        Entry.training_id.in_(training_ids),
        Entry.kind == "hosting",
        Entry.term == _term(period.start),
        Entry.action == "claim",
    )
    return {entry.training_id: entry for entry in session.scalars(query)}


def latest_hosting_claim(session: Session, training_id: str) -> Entry | None:
    """The unit that a live model holds."""
    query = select(Entry).where(
        Entry.training_id == training_id, Entry.kind == "hosting", Entry.action == "claim"
    )
    return session.scalars(query.order_by(Entry.created_at.desc())).first()


def usage(session: Session, organisation_id: str, period: Period, kind: ClaimKind) -> Usage:
    """What the claims made in a period use; released ones do not count.

    Counted by when they were made, so that a plan with other periods forgets none of them.
    """
    back = aliased(Entry)
    released = exists().where(back.claim_id == Entry.id, back.action == "release")
    held = (
        select(Entry.kind, Entry.price, func.count().label("units"))
        .where(_CLAIMED, ~released)
        .group_by(Entry.kind, Entry.price)
    )
    about = {"organisation_id": organisation_id, "start": period.start, "end": period.end}
    rows = session.execute(held, about).all()
    return Usage(
        free=sum(row.units for row in rows if row.kind == kind and Decimal(row.price) == FREE),
        spent=sum((Decimal(row.price) * row.units for row in rows), Decimal(0)),
    )


def standing(session: Session, plan: PlanRow, kind: ClaimKind, moment: datetime) -> Standing:
    """What decides whether there is one more unit at `moment`."""
    period = period_at(plan.anchor, plan.timezone, moment)
    used = usage(session, plan.organisation_id, period, kind)
    return Standing(period, plan.allowance(kind), used, plan.ceiling())


_CLAIMED = and_(
    Entry.organisation_id == bindparam("organisation_id"),
    Entry.action == "claim",
    Entry.created_at >= bindparam("start"),
    Entry.created_at < bindparam("end"),
)

CLAIMS = Pages[Entry](select(Entry).where(_CLAIMED), Entry.created_at, Entry.id)
"""The claims that an organisation made in a period."""


def outcomes(session: Session, claims: list[Entry]) -> dict[str, str]:
    """For each settled claim's id: `commit` or `release`, which may follow a commit."""
    query = select(Entry.claim_id, Entry.action).where(
        Entry.claim_id.in_([claim.id for claim in claims]), Entry.action != "claim"
    )
    return {row.claim_id: row.action for row in session.execute(query.order_by(Entry.action))}
