"""Periods and prices."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.quota.domain import FREE, Usage, period_at, price_of_next
from shared.rpc.quota import Allowance

ZONES = st.sampled_from(sorted(available_timezones()))
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ANCHORS = st.dates(date(1970, 1, 1), date(2199, 12, 31))


@given(anchor=ANCHORS, zone=ZONES, moment=MOMENTS)
def test_a_moment_lies_in_its_period(anchor: date, zone: str, moment: datetime) -> None:
    period = period_at(anchor, zone, moment)

    assert period.start <= moment < period.end


@given(anchor=ANCHORS, zone=ZONES, moment=MOMENTS)
def test_periods_touch_without_gap_or_overlap(anchor: date, zone: str, moment: datetime) -> None:
    period = period_at(anchor, zone, moment)

    assert period_at(anchor, zone, period.end).start == period.end
    assert period_at(anchor, zone, period.start - timedelta(microseconds=1)).end == period.start


@given(anchor=ANCHORS, zone=ZONES, moment=MOMENTS)
def test_a_border_is_the_beginning_of_the_anchors_day_or_of_the_months_last(
    anchor: date, zone: str, moment: datetime
) -> None:
    for border in period_at(anchor, zone, moment):
        day = border.astimezone(ZoneInfo(zone)).date()
        before = (border - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date()
        assert day.day == min(anchor.day, monthrange(day.year, day.month)[1])
        assert before < day


@given(anchor=ANCHORS, zone=ZONES, moment=MOMENTS)
def test_a_period_is_one_month(anchor: date, zone: str, moment: datetime) -> None:
    start, end = (border.astimezone(ZoneInfo(zone)) for border in period_at(anchor, zone, moment))

    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == 1


@pytest.mark.parametrize(
    ("moment", "start", "end"),
    [
        (date(2026, 2, 10), date(2026, 1, 31), date(2026, 2, 28)),
        (date(2026, 2, 28), date(2026, 2, 28), date(2026, 3, 31)),
        (date(2028, 2, 29), date(2028, 2, 29), date(2028, 3, 31)),
        (date(2026, 4, 30), date(2026, 4, 30), date(2026, 5, 31)),
    ],
)
def test_an_anchor_on_the_31st_returns_to_the_31st(moment: date, start: date, end: date) -> None:
    at = datetime(moment.year, moment.month, moment.day, 12, tzinfo=UTC)

    period = period_at(date(2026, 1, 31), "UTC", at)

    assert (period.start.date(), period.end.date()) == (start, end)


def test_borders_are_local_midnights_on_both_sides_of_a_clock_change() -> None:
    zone = ZoneInfo("Europe/Berlin")

    period = period_at(date(2026, 1, 15), zone.key, datetime(2026, 3, 20, tzinfo=UTC))

    assert period.start.astimezone(zone).hour == period.end.astimezone(zone).hour == 0
    assert period.end - period.start == timedelta(days=31, hours=-1)


@pytest.mark.parametrize(
    ("limit", "price", "free", "spent", "budget", "expected"),
    [
        (None, None, 999, "0", None, "0"),
        (2, None, 1, "0", None, "0"),
        (2, None, 2, "0", None, None),
        (2, "1.5", 2, "0", None, "1.5"),
        (2, "1.5", 2, "8.5", "10", "1.5"),
        (2, "1.5", 2, "8.51", "10", None),
        (0, "0.1", 0, "0.2", "0.3", "0.1"),
    ],
)
def test_the_price_of_the_next_unit(
    limit: int | None,
    price: str | None,
    free: int,
    spent: str,
    budget: str | None,
    expected: str | None,
) -> None:
    allowance = Allowance(limit=limit, unit_price=None if price is None else Decimal(price))

    found = price_of_next(
        allowance, Usage(free, Decimal(spent)), None if budget is None else Decimal(budget)
    )

    assert found == (None if expected is None else Decimal(expected))


PRICES = st.decimals(min_value=0, max_value=10**9, places=6)


@given(
    limit=st.integers(0, 5),
    unit_price=st.none() | PRICES,
    budget=st.none() | PRICES,
    wanted=st.integers(0, 20),
)
def test_units_are_free_to_the_limit_and_then_cost_exactly_what_the_budget_holds(
    limit: int, unit_price: Decimal | None, budget: Decimal | None, wanted: int
) -> None:
    allowance, used, prices = Allowance(limit=limit, unit_price=unit_price), Usage(0, FREE), []
    for _ in range(wanted):
        price = price_of_next(allowance, used, budget)
        if price is None:
            break
        prices.append(price)
        used = used.plus(price)

    assert prices[:limit] == [FREE] * min(limit, len(prices))
    assert set(prices[limit:]) <= {unit_price}
    assert used.spent == sum(prices) == len(prices[limit:]) * (unit_price or 0)
    assert budget is None or used.spent <= budget
    if len(prices) < wanted:
        assert len(prices) >= limit
        assert unit_price is None or used.spent + unit_price > (budget or 0)


@given(
    amount=st.decimals(min_value=0, max_value=10**13, places=6)
    | st.sampled_from([Decimal("1E+3"), Decimal("0E+2")])
)
def test_money_travels_as_plain_text_and_stays_exact(amount: Decimal) -> None:
    text = Allowance(unit_price=amount).model_dump(mode="json")["unit_price"]

    assert set(text) <= set("0123456789.")
    assert Allowance.model_validate({"unit_price": text}).unit_price == amount
