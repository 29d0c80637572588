"""Calls that quota answers: plans, features, claims."""

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, ClassVar, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, PlainSerializer

from shared.events.quota import ClaimKind
from shared.rpc.contract import Listing, Nothing, Page, Reply, Request, Time

Feature = Literal["automatic_training"]


@cache
def _timezones() -> set[str]:
    """Those that mean the same on every machine. Kept: it is a walk over hundreds of files."""
    return available_timezones() - {"localtime", "Factory"}


def _known_timezone(name: str) -> str:
    if name not in _timezones():
        raise ValueError("unknown time zone")
    return name


def plain(amount: Decimal) -> str:
    """An amount as text without an exponent."""
    return f"{amount:f}"


Money = Annotated[
    Decimal,
    Field(ge=0, max_digits=20, decimal_places=6),
    PlainSerializer(plain, return_type=str),
]
"""An exact amount, as text on the wire."""

TimeZone = Annotated[str, AfterValidator(_known_timezone)]


class Allowance(Reply):
    """Units a period: free up to `limit` (None: unlimited), then at `unit_price` (None: none)."""

    limit: int | None = Field(default=None, ge=0)
    unit_price: Money | None = None


class Plan(Reply):
    """What an organisation may use; periods run monthly from `anchor` in `timezone`."""

    features: list[Feature]
    training: Allowance
    hosting: Allowance
    budget: Money | None = None
    anchor: date
    timezone: TimeZone = "UTC"
    parent_org: str | None = None


class Features(Reply):
    """The features of an organisation's plan, none without a plan, and who resells to it."""

    features: list[Feature]
    parent_org: str | None = None


class Claim(Reply):
    """A line of the ledger of the current period."""

    id: str
    kind: ClaimKind
    training_id: str
    model_id: str
    price: Money
    state: Literal["claimed", "committed", "released"]
    created_at: Time


class BillingPeriod(Reply):
    """From `start` on, before `end`."""

    start: Time
    end: Time


class Remaining(Reply):
    """Free units of one kind that are used, of `limit`, and what the next unit costs.

    `limit` is None where it is unlimited, `next_price` None where no more units are to be had.
    """

    used: int
    limit: int | None
    next_price: Money | None


class RemainingClaims(Reply):
    """What the next training would find; `budget_left` is None where there is no budget.

    `hosting` is told as it would be once the price of that training is spent.
    """

    period: BillingPeriod
    training: Remaining
    hosting: Remaining
    budget_left: Money | None


class GetFeatures(Request[Features]):
    """What the feature gate asks."""

    service: ClassVar[str] = "quota"
    organisation_id: str


class NoteParent(Request[Nothing]):
    """A token names the organisation's reseller: the first one counts, unless the plan has one."""

    service: ClassVar[str] = "quota"
    organisation_id: str
    parent_org: str


class PutPlan(Request[Plan]):
    """Set an organisation's plan."""

    service: ClassVar[str] = "quota"
    organisation_id: str
    plan: Plan


class GetPlan(Request[Plan]):
    """Errors: `not-found`."""

    service: ClassVar[str] = "quota"
    organisation_id: str


class ListClaims(Listing[Page[Claim]]):
    """The ledger of the current period, newest first."""

    service: ClassVar[str] = "quota"
    organisation_id: str


class GetRemainingClaims(Request[RemainingClaims]):
    """What is left of the current period. Errors: `feature-not-available` without a plan."""

    service: ClassVar[str] = "quota"
    organisation_id: str


class TakeClaim(Request[Claim]):
    """Take a unit for a training; the same `training_id` gives the same claim again.

    Errors: `no-claims-available`.
    """

    service: ClassVar[str] = "quota"
    organisation_id: str
    model_id: str
    training_id: str


class ReleaseClaim(Request[Nothing]):
    """Give a training's unit back; a claim that arrives after its release is refused."""

    service: ClassVar[str] = "quota"
    organisation_id: str
    model_id: str
    training_id: str
