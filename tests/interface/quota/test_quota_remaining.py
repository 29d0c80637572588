"""What is told to be left is what claims then find; on both databases."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.errors import ArgotError
from shared.rpc.quota import Allowance, BillingPeriod, Remaining

START = datetime(2026, 1, 31, 12, tzinfo=UTC)
PRICES = st.sampled_from([None, Decimal(0), Decimal("0.1"), Decimal("0.30")])
ALLOWANCES = st.builds(Allowance, limit=st.sampled_from([None, 0, 1, 2]), unit_price=PRICES)
BUDGETS = st.sampled_from([None, Decimal(0), Decimal("0.3"), Decimal("0.70")])
ENDS = st.sampled_from(["success", "success", "data", "platform"])


@given(training=ALLOWANCES, hosting=ALLOWANCES, budget=BUDGETS, ends=st.lists(ENDS, min_size=3))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_next_training_finds_what_was_told(
    desks: Any, training: Allowance, hosting: Allowance, budget: Decimal | None, ends: list[str]
) -> None:
    desk = desks()
    desk.put(training=training, hosting=hosting, budget=budget)
    for number, end in enumerate(ends[:6]):
        model, moment = str(number), START + timedelta(minutes=number)
        told = desk.remaining(moment)
        assert price_of_claim(desk, model, moment) == told.training.next_price
        if told.training.next_price is None:
            continue
        if end != "success":
            desk.fail(model, end, moment)
            desk.renew(moment)
            continue
        desk.succeed(model, moment)
        prices = [Decimal(e.price) for e in desk.entries("hosting") if desk.name(e) == model]
        assert prices == [price for price in [told.hosting.next_price] if price is not None]


def price_of_claim(desk: Any, model: str, moment: datetime) -> Decimal | None:
    try:
        price: Decimal = desk.take(model, moment).price
    except ArgotError as error:
        assert error.code == "no-claims-available"
        return None
    return price


def test_what_is_left_is_that_of_the_period(desk: Any) -> None:
    terms = Allowance(limit=1, unit_price=Decimal("2.50"))
    desk.put(training=terms, hosting=Allowance(limit=0), budget=Decimal(6))
    for model in "ab":
        desk.take(model, START)

    left, later = desk.remaining(START), desk.remaining(START + timedelta(days=28))

    assert left.period == BillingPeriod(
        start=datetime(2026, 1, 31, tzinfo=UTC), end=datetime(2026, 2, 28, tzinfo=UTC)
    )
    assert left.training == Remaining(used=1, limit=1, next_price=Decimal("2.50"))
    assert left.hosting == Remaining(used=0, limit=0, next_price=None)
    assert left.budget_left == Decimal("3.50")
    assert later.period.start == left.period.end
    assert later.training == Remaining(used=0, limit=1, next_price=Decimal(0))
    assert later.budget_left == Decimal(6)


def test_a_training_may_spend_what_its_hosting_would_cost(desk: Any) -> None:
    paid = Allowance(limit=0, unit_price=Decimal(2))
    desk.put(training=paid, hosting=paid, budget=Decimal(3))

    left = desk.remaining(START)

    assert (left.training.next_price, left.hosting.next_price) == (Decimal(2), None)


def test_of_a_budget_that_was_lowered_nothing_is_left(desk: Any) -> None:
    paid = Allowance(limit=0, unit_price=Decimal(2))
    desk.put(training=paid)
    desk.take("a", START)
    desk.put(training=paid, budget=Decimal(1))

    assert desk.remaining(START).budget_left == 0


def test_without_a_plan_nothing_is_told(desk: Any) -> None:
    with pytest.raises(ArgotError, match="feature-not-available"):
        desk.remaining(START)
