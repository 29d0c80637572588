"""Plans and the ledger."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Select, String, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from services.quota.domain import Usage
from shared.events.quota import ClaimKind
from shared.rpc.quota import Allowance, Claim, Plan
from shared.runtime.database import UtcDateTime, now


class Base(DeclarativeBase):
    """The tables of the quota service."""


class PlanRow(Base):
    """An organisation's plan; its row is what claims of the organisation queue on."""

    __tablename__ = "plans"

    organisation_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    features: Mapped[list[str]] = mapped_column(JSON)
    training: Mapped[dict[str, Any]] = mapped_column(JSON)
    hosting: Mapped[dict[str, Any]] = mapped_column(JSON)
    budget: Mapped[str | None] = mapped_column(String(40))
    anchor: Mapped[date]
    timezone: Mapped[str] = mapped_column(String(64))
    parent_org: Mapped[str | None] = mapped_column(String(200))

    def put(self, plan: Plan) -> None:
        """Take over every term of `plan`."""
        terms = plan.model_dump(mode="json")
        self.features, self.training, self.hosting = (
            terms["features"],
            terms["training"],
            terms["hosting"],
        )
        self.budget, self.timezone = terms["budget"], plan.timezone
        self.anchor, self.parent_org = plan.anchor, plan.parent_org

    def plan(self) -> Plan:
        """The plan in its wire form."""
        return Plan.model_validate({field: getattr(self, field) for field in Plan.model_fields})

    def allowance(self, kind: ClaimKind) -> Allowance:
        """The terms for one kind of unit."""
        return Allowance.model_validate(getattr(self, kind))


class Resellee(Base):
    """Who resells to an organisation by the first token that said so; a plan may say otherwise."""

    __tablename__ = "resellees"

    organisation_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    parent_org: Mapped[str] = mapped_column(String(200))
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Entry(Base):
    """A line of the ledger; never changed, never removed. Prices are decimal text."""

    __tablename__ = "ledger"
    __table_args__ = (UniqueConstraint("training_id", "kind", "action"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(String(200), index=True)
    claim_id: Mapped[str] = mapped_column(String(36), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(10))  # claim, commit or release
    training_id: Mapped[str] = mapped_column(String(36))
    model_id: Mapped[str] = mapped_column(String(36))
    price: Mapped[str] = mapped_column(String(40))
    period_start: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


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


def locked_plan(session: Session, organisation_id: str) -> PlanRow | None:
    """The plan, held until the transaction ends, so that claims are counted one at a time."""
    query = select(PlanRow).where(PlanRow.organisation_id == organisation_id).with_for_update()
    return session.scalars(query).first()


def entry(session: Session, training_id: str, kind: ClaimKind, action: str) -> Entry | None:
    """The entry of one training; there is one of each kind and action at most."""
    query = select(Entry).where(
        Entry.training_id == training_id, Entry.kind == kind, Entry.action == action
    )
    return session.scalars(query).first()


def usage(session: Session, organisation_id: str, kind: ClaimKind, start: datetime) -> Usage:
    """What the period that begins at `start` has used; released claims do not count."""
    released = select(Entry.claim_id).where(Entry.action == "release")
    held = select(Entry.kind, Entry.price).where(
        Entry.organisation_id == organisation_id,
        Entry.action == "claim",
        Entry.period_start == start,
        Entry.id.not_in(released),
    )
    rows = session.execute(held).all()
    return Usage(
        units=sum(1 for row in rows if row.kind == kind),
        spent=sum((Decimal(row.price) for row in rows), Decimal(0)),
    )


def claims_of_period(organisation_id: str, start: datetime) -> Select[tuple[Entry]]:
    """The claim entries of the period that begins at `start`."""
    return select(Entry).where(
        Entry.organisation_id == organisation_id,
        Entry.action == "claim",
        Entry.period_start == start,
    )


def outcomes(session: Session, claims: list[Entry]) -> dict[str, str]:
    """For each settled claim's id: `commit` or `release`."""
    query = select(Entry.claim_id, Entry.action).where(
        Entry.claim_id.in_([claim.id for claim in claims]), Entry.action != "claim"
    )
    return {row.claim_id: row.action for row in session.execute(query)}


_STATES = {None: "claimed", "commit": "committed", "release": "released"}


def claim_of(row: Entry, after: str | None) -> Claim:
    """The wire form of a claim."""
    return Claim.model_validate(
        {
            "id": row.id,
            "kind": row.kind,
            "training_id": row.training_id,
            "model_id": row.model_id,
            "price": row.price,
            "state": _STATES[after],
            "created_at": row.created_at,
        }
    )
