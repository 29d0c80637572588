"""Whatever happens in whatever order, the ledger keeps the plan's terms; on both databases."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.quota.domain import period_at
from shared.errors import ArgotError
from shared.rpc.quota import Allowance

START = datetime(2026, 1, 31, 12, tzinfo=UTC)
PRICES = st.sampled_from([None, Decimal("0.1"), Decimal("0.30"), Decimal("1.000001")])
ALLOWANCES = st.builds(Allowance, limit=st.sampled_from([0, 1, 2]), unit_price=PRICES)
BUDGETS = st.sampled_from([None, Decimal(0), Decimal("0.3"), Decimal("1.30")])
DEEDS = st.tuples(
    st.sampled_from(
        ["take", "take", "succeed", "succeed", "fail", "fault", "release", "delete", "wait"]
    ),
    st.sampled_from("abcd"),
)


@given(
    training=ALLOWANCES,
    hosting=ALLOWANCES,
    budget=BUDGETS,
    deeds=st.lists(DEEDS, min_size=5, max_size=14),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_free_to_the_limit_paid_beyond_it_within_the_budget(
    desks: Any,
    training: Allowance,
    hosting: Allowance,
    budget: Decimal | None,
    deeds: list[tuple[str, str]],
) -> None:
    desk, terms = desks(), {"training": training, "hosting": hosting}
    desk.put(budget=budget, **terms)
    moment, lines_before = START, {}
    for deed, model in deeds:
        moment += timedelta(days=17) if deed == "wait" else timedelta(seconds=1)
        refused = act(desk, deed, model, moment)
        desk.renew(moment)
        ledger = desk.ledger()
        lines = {entry.id: vars_of(entry) for entry in ledger}
        assert lines_before.items() <= lines.items(), "the ledger only grows"
        lines_before = lines
        used = held(ledger)
        for (_, kind), prices in used.items():
            free = [price for price in prices if price == 0]
            assert len(free) <= terms[kind].limit
            assert {price for price in prices if price} <= {terms[kind].unit_price}
        for spent in spending(used).values():
            assert budget is None or spent <= budget
        if refused:
            assert exhausted(used, moment, "training", training, budget)
        if desk.waiting():
            assert exhausted(used, moment, "hosting", hosting, budget)
    assert max(Counter((e.claim_id, e.action) for e in desk.ledger()).values(), default=1) == 1


def act(desk: Any, deed: str, model: str, moment: datetime) -> bool:
    """Do it; whether a claim was refused for want of units."""
    match deed:
        case "take":
            try:
                desk.take(model, moment)
            except ArgotError as error:
                return error.detail == "No training claims available"
        case "succeed":
            desk.succeed(model, moment)
        case "fail" | "fault":
            desk.fail(model, "data" if deed == "fail" else "platform", moment)
        case "release":
            desk.release(model, moment)
        case "delete":
            desk.delete(model, moment)
    return False


def vars_of(entry: Any) -> str:
    return str([getattr(entry, column.key) for column in entry.__table__.columns])


def held(lines: list[Any]) -> dict[tuple[datetime, str], list[Decimal]]:
    """The prices of the claims that were not released, by period and kind."""
    back = {entry.claim_id for entry in lines if entry.action == "release"}
    found: dict[tuple[datetime, str], list[Decimal]] = defaultdict(list)
    for entry in lines:
        if entry.action == "claim" and entry.claim_id not in back:
            found[entry.period_start, entry.kind].append(Decimal(entry.price))
    return found


def spending(used: dict[tuple[datetime, str], list[Decimal]]) -> dict[datetime, Decimal]:
    spent: dict[datetime, Decimal] = defaultdict(Decimal)
    for (start, _), prices in used.items():
        spent[start] += sum(prices, Decimal(0))
    return spent


def exhausted(
    used: dict[tuple[datetime, str], list[Decimal]],
    moment: datetime,
    kind: str,
    terms: Allowance,
    budget: Decimal | None,
) -> bool:
    """Whether the period of the moment has no unit of the kind left."""
    start = period_at(START.date(), "UTC", moment).start
    free = [price for price in used.get((start, kind), []) if price == 0]
    if terms.limit is None or len(free) < terms.limit:
        return False
    if terms.unit_price is None:
        return True
    return budget is not None and spending(used)[start] + terms.unit_price > budget
