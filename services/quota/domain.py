"""Periods and prices: pure decisions of the quota service."""

import calendar
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.rpc.quota import Allowance, BillingPeriod, Remaining, RemainingClaims

FREE = Decimal(0)


class Period(NamedTuple):
    """A half-open billing period, [start, end), in UTC."""

    start: datetime
    end: datetime


class Usage(NamedTuple):
    """What a period has used already: free units of one kind, and money for all kinds."""

    free: int
    spent: Decimal

    def plus(self, price: Decimal) -> "Usage":
        """After one more unit."""
        return Usage(self.free + (price == FREE), self.spent + price)


def period_at(anchor: date, timezone: str, moment: datetime) -> Period:
    """The monthly period that `moment` lies in.

    Each border is computed from the original anchor: one of 31 January falls on the last day of
    shorter months and returns to the 31st after them. Borders are midnights of `timezone`.
    """
    zone = ZoneInfo(timezone)
    local = moment.astimezone(zone)
    months = (local.year - anchor.year) * 12 + local.month - anchor.month
    if _border(anchor, months, zone) > moment:
        months -= 1
    return Period(_border(anchor, months, zone), _border(anchor, months + 1, zone))


def _border(anchor: date, months: int, zone: ZoneInfo) -> datetime:
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    day = min(anchor.day, calendar.monthrange(year, month + 1)[1])
    return datetime(year, month + 1, day, tzinfo=zone).astimezone(UTC)


def price_of_next(allowance: Allowance, usage: Usage, budget: Decimal | None) -> Decimal | None:
    """The price of one more unit; None where there is none to be had."""
    if allowance.limit is None or usage.free < allowance.limit:
        return FREE
    if allowance.unit_price is None:
        return None
    if budget is not None and usage.spent + allowance.unit_price > budget:
        return None
    return allowance.unit_price


class Standing(NamedTuple):
    """Where an organisation is in a period with one kind of unit."""

    period: Period
    allowance: Allowance
    used: Usage
    budget: Decimal | None

    @property
    def price(self) -> Decimal | None:
        """The price of one more unit; None where there is none to be had."""
        return price_of_next(self.allowance, self.used, self.budget)

    def plus(self, price: Decimal) -> "Standing":
        """After one more unit."""
        return self._replace(used=self.used.plus(price))

    def spending(self, price: Decimal) -> "Standing":
        """After a unit of another kind."""
        return self._replace(used=self.used._replace(spent=self.used.spent + price))

    def remaining(self) -> Remaining:
        """In the form of the wire."""
        return Remaining(used=self.used.free, limit=self.allowance.limit, next_price=self.price)


def remaining_claims(training: Standing, hosting: Standing) -> RemainingClaims:
    """What the next training would find, and then the hosting of its model."""
    budget = training.budget
    return RemainingClaims(
        period=BillingPeriod(start=training.period.start, end=training.period.end),
        training=training.remaining(),
        hosting=hosting.spending(training.price or FREE).remaining(),
        budget_left=None if budget is None else max(FREE, budget - training.used.spent),
    )
