"""Periods and prices: pure decisions of the quota service."""

import calendar
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.rpc.quota import Allowance

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
