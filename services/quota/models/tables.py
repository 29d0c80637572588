"""The tables of quota, and their rows in the form of the wire."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from uuid6 import uuid7

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

    def ceiling(self) -> Decimal | None:
        """What all kinds together may cost in a period; None: anything."""
        return None if self.budget is None else Decimal(self.budget)


class Resellee(Base):
    """Who resells to an organisation by the first token that said so; a plan may say otherwise."""

    __tablename__ = "resellees"

    organisation_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    parent_org: Mapped[str] = mapped_column(String(200))
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Entry(Base):
    """A line of the ledger; never changed, never removed. Prices are decimal text.

    `term` makes a claim single: there is one of each training, and one of each hosted period.
    """

    __tablename__ = "ledger"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(String(200))
    claim_id: Mapped[str] = mapped_column(String(36), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(10))  # claim, commit or release
    training_id: Mapped[str] = mapped_column(String(36))
    term: Mapped[str] = mapped_column(String(40))  # empty, or the start of the hosted period
    model_id: Mapped[str] = mapped_column(String(36))
    price: Mapped[str] = mapped_column(String(40))
    period_start: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("training_id", "kind", "term", "action", name="ledger_once"),
        Index("ledger_newest", "organisation_id", "action", "created_at", "id"),
    )

    def followed_by(self, action: str, moment: datetime) -> "Entry":
        """What becomes of the claim, as the ledger's next line; in the period of the claim."""
        kept = ("organisation_id", "kind", "training_id", "term", "model_id", "price")
        return Entry(
            id=str(uuid7()),
            claim_id=self.claim_id,
            action=action,
            period_start=self.period_start,
            created_at=moment,
            **{name: getattr(self, name) for name in kept},
        )

    def about(self) -> dict[str, str]:
        """What every event of the claim tells."""
        return {
            "organisation_id": self.organisation_id,
            "model_id": self.model_id,
            "training_id": self.training_id,
            "claim_id": self.claim_id,
            "kind": self.kind,
        }


class Hosting(Base):
    """The hosting of one trained model.

    `live` holds a unit until `due_at`; `waiting` has none, and asks again at `due_at` or when it
    is woken; `ended` is for good. `turn` counts the answers that were published.
    """

    __tablename__ = "hostings"

    model_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(String(200))
    training_id: Mapped[str] = mapped_column(String(36), default="")  # none: deleted before success
    state: Mapped[str] = mapped_column(String(10))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    turn: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        Index("hostings_due", "due_at"),
        Index("hostings_of", "organisation_id", "state", "due_at"),
    )


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
