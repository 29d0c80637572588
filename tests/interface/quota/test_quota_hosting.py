"""The hosting of models over many periods, on both databases, at chosen moments."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.quota.domain import Period, period_at
from services.quota.handlers import claims, hosting
from services.quota.models.tables import PlanRow
from shared.errors import ArgotError
from shared.events.quota import ClaimGranted, ClaimReleased, HostingLapsed
from shared.rpc.quota import Allowance, ListClaims

START = datetime(2026, 1, 31, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
FEBRUARY = datetime(2026, 2, 28, tzinfo=UTC)
MARCH = datetime(2026, 3, 31, tzinfo=UTC)


def test_success_takes_a_hosting_unit_and_settles_the_training_one(desk: Any) -> None:
    desk.put()
    training = desk.take("m", START).training_id

    desk.succeed("m", START)

    for kind in ("training", "hosting"):
        (used,) = desk.entries(kind, "commit")
        assert used.training_id == training
    assert [event.kind for event in desk.told(ClaimGranted)] == ["training", "hosting"]
    assert desk.granted() == [("m", 1)]


def test_hosting_beyond_the_limit_costs_while_the_budget_of_all_kinds_holds(desk: Any) -> None:
    paid = Allowance(limit=0, unit_price=Decimal("0.1"))
    desk.put(training=paid, hosting=paid, budget=Decimal("0.3"))
    desk.take("t", START)

    for model in "abc":
        desk.succeed(f"{model}", START)

    assert [Decimal(entry.price) for entry in desk.entries("hosting")] == [Decimal("0.1")] * 2
    assert desk.lapsed() == [("c", 1)]
    with pytest.raises(ArgotError, match="no-claims-available"):
        desk.take("t2", START)


def test_without_a_unit_the_model_waits_and_quota_says_why_once(desk: Any) -> None:
    desk.put(hosting=Allowance(limit=0))

    desk.succeed("m", START)
    desk.renew(START + SECOND)
    desk.renew(FEBRUARY)

    assert desk.hosted() == []
    (told,) = desk.told(HostingLapsed)
    assert (desk.name(told), told.hosting_turn) == ("m", 1)
    assert (told.code, told.message) == ("no-claims-available", "No hosting claims available")


def test_without_a_plan_the_model_waits_until_there_is_one(desk: Any) -> None:
    desk.succeed("m", START)
    desk.renew(FEBRUARY)
    assert desk.lapsed() == [("m", 1)]

    desk.put(FEBRUARY)
    desk.renew(FEBRUARY + SECOND)

    assert desk.granted() == [("m", 2)]


@pytest.mark.parametrize(
    "change", ["plan raised", "training released", "model deleted", "new period"]
)
def test_a_waiting_model_is_hosted_once_there_is_a_unit(desk: Any, change: str) -> None:
    paid = Allowance(limit=1, unit_price=Decimal(10))
    desk.put(training=paid, hosting=paid, budget=Decimal(10))
    desk.take("free", START)
    desk.take("paid", START)
    desk.succeed("live", START)
    desk.succeed("waiting", START + SECOND)
    desk.renew(START + 2 * SECOND)
    assert desk.hosted() == ["live"]

    then = START + timedelta(hours=1)
    if change == "plan raised":
        desk.put(then, training=paid, hosting=Allowance(limit=2))
    elif change == "training released":
        desk.fail("paid", "platform", then)
    elif change == "model deleted":
        desk.delete("live", then)
    else:
        then = FEBRUARY
    desk.renew(then)

    assert desk.hosted()[-1] == "waiting"
    assert desk.granted()[-1] == ("waiting", 2)


def test_hosting_renews_at_each_border_counted_from_the_anchor(desk: Any) -> None:
    zone = ZoneInfo("Europe/Berlin")
    desk.put(hosting=Allowance(limit=1), timezone=zone.key)
    desk.succeed("m", START)

    for days in range(0, 400, 4):
        desk.renew(START + timedelta(days=days))

    starts = [entry.period_start.astimezone(zone) for entry in desk.entries("hosting")]
    days = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 28)
    assert tuple(start.day for start in starts) == days
    assert {start.time().isoformat() for start in starts} == {"00:00:00"}
    assert desk.granted() == [("m", turn) for turn in range(1, 15)]
    assert desk.lapsed() == []


def test_periods_are_half_open(desk: Any) -> None:
    desk.put(hosting=Allowance(limit=1))
    desk.succeed("m", START)

    desk.renew(FEBRUARY - timedelta(microseconds=1))
    assert desk.hosted() == ["m"]
    desk.renew(FEBRUARY)

    assert [entry.period_start for entry in desk.entries("hosting")][1] == FEBRUARY


def test_a_lowered_plan_holds_to_the_border_and_then_the_first_to_succeed_stays(
    desk: Any,
) -> None:
    desk.put(hosting=Allowance(limit=2))
    desk.succeed("z", START)
    desk.succeed("a", START + SECOND)

    desk.put(START + 2 * SECOND, hosting=Allowance(limit=1))
    desk.renew(FEBRUARY - SECOND)
    assert desk.lapsed() == []
    desk.renew(FEBRUARY)

    assert desk.lapsed() == [("a", 2)]
    assert desk.hosted() == ["z", "a", "z"]
    desk.put(FEBRUARY + SECOND, hosting=Allowance(limit=2))
    desk.renew(FEBRUARY + 2 * SECOND)
    assert desk.granted()[-1] == ("a", 3)


def test_who_waited_longest_is_next_and_who_lives_stays(desk: Any) -> None:
    desk.put(hosting=Allowance(limit=1))
    for second, model in enumerate(("lives", "next", "later")):
        desk.succeed(model, START + second * SECOND)
    desk.delete("lives", START + 3 * SECOND)

    desk.renew(START + 4 * SECOND)
    assert desk.hosted() == ["lives", "next"]
    desk.renew(FEBRUARY)

    assert desk.hosted() == ["lives", "next", "next"]


def test_a_live_model_is_renewed_before_an_older_one_that_waits(desk: Any) -> None:
    older, newer = "older", "newer"
    desk.put()
    desk.succeed(older, START)  # until 28 February
    desk.put(START + SECOND, hosting=Allowance(limit=2), anchor=date(2026, 1, 15))
    desk.succeed(newer, START + 2 * SECOND)  # until 15 February
    desk.put(START + 3 * SECOND, hosting=Allowance(limit=1), anchor=date(2026, 1, 15))
    desk.renew(datetime(2026, 2, 15, tzinfo=UTC))
    desk.renew(FEBRUARY)
    assert desk.lapsed() == [(older, 2)]

    desk.renew(datetime(2026, 3, 15, tzinfo=UTC))

    assert desk.hosted() == [older, newer, newer, newer]


def test_a_deleted_model_gives_its_free_unit_back_and_is_not_renewed(desk: Any) -> None:
    desk.put(hosting=Allowance(limit=1))
    desk.succeed("m", START)

    desk.delete("m", START + SECOND)
    desk.delete("m", START + SECOND)
    desk.renew(FEBRUARY)

    assert len(desk.entries("hosting")) == len(desk.entries("hosting", "release")) == 1
    assert len(desk.told(ClaimReleased)) == 1
    listed = claims.list_claims(
        ListClaims(organisation_id=desk.organisation), desk.database, START + SECOND
    )
    assert [claim.state for claim in listed.items] == ["released"]


def test_a_deleted_model_uses_up_the_unit_that_was_paid_for(desk: Any) -> None:
    desk.put(hosting=Allowance(limit=0, unit_price=Decimal(5)), budget=Decimal(5))
    desk.succeed("m", START)

    desk.delete("m", START + SECOND)
    desk.succeed("n", START + 2 * SECOND)
    desk.renew(START + 3 * SECOND)

    assert desk.entries("hosting", "release") == []
    assert desk.lapsed() == [("n", 1)]
    desk.renew(FEBRUARY)
    assert desk.hosted() == ["m", "n"]


def test_a_deletion_that_overtakes_the_success_leaves_nothing_to_host(desk: Any) -> None:
    desk.put()

    desk.delete("m", START)
    desk.succeed("m", START + SECOND)
    desk.renew(FEBRUARY)

    assert desk.hosted() == []
    assert desk.told(HostingLapsed, ClaimGranted) == []


def test_periods_that_were_missed_are_not_charged(desk: Any) -> None:
    desk.put()
    desk.succeed("m", START)

    desk.renew(datetime(2026, 7, 4, tzinfo=UTC))

    assert [entry.period_start.month for entry in desk.entries("hosting")] == [1, 6]


def test_a_burst_of_renewals_in_several_processes_takes_one_unit_each(desk: Any) -> None:
    desk.put(hosting=Allowance(limit=3))
    for number in range(5):
        desk.succeed(str(number), START + number * SECOND)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(desk.renew, [FEBRUARY] * 8))

    assert desk.hosted() == ["0", "1", "2"] * 2


def test_first_plans_that_are_put_at_once(desk: Any) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda limit: desk.put(hosting=Allowance(limit=limit)), range(1, 9)))

    desk.succeed("m", START)
    assert desk.hosted() == ["m"]


def test_more_models_than_one_batch_are_all_hosted(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosting, "BATCH", 3)
    desk.put(hosting=Allowance(limit=0))
    names = [str(number) for number in range(7)]
    for name in names:
        desk.succeed(name, START)
    desk.renew(START)

    desk.put(START + SECOND, hosting=Allowance(limit=None))
    desk.renew(START + SECOND)

    assert sorted(desk.hosted()) == names


def test_a_release_credits_the_period_of_its_claim(desk: Any) -> None:
    desk.put(training=Allowance(limit=1))
    desk.take("january", START)
    desk.take("february", FEBRUARY)

    desk.release("january", FEBRUARY + SECOND)

    with pytest.raises(ArgotError, match="no-claims-available"):
        desk.take("another", FEBRUARY + 2 * SECOND)
    assert desk.take("back in january", START + SECOND).price == 0


def test_the_free_unit_that_comes_back_is_free_again(desk: Any) -> None:
    desk.put(training=Allowance(limit=1, unit_price=Decimal(2)))
    assert [desk.take(name, START).price for name in ("free", "paid")] == [0, 2]

    desk.release("free", START + SECOND)

    assert desk.take("next", START + 2 * SECOND).price == 0


def test_a_plan_with_other_borders_forgets_no_claim_and_charges_no_period_twice(
    desk: Any,
) -> None:
    desk.put(hosting=Allowance(limit=5), training=Allowance(limit=1))
    moment = datetime(2026, 2, 10, tzinfo=UTC)
    desk.take("t", moment)
    desk.succeed("m", moment)

    desk.put(
        moment + SECOND,
        hosting=Allowance(limit=5),
        training=Allowance(limit=1),
        anchor=date(2026, 2, 5),
    )
    desk.renew(moment + SECOND)

    with pytest.raises(ArgotError, match="no-claims-available"):
        desk.take("t2", moment + 2 * SECOND)
    assert desk.hosted() == ["m"]
    for days in range(0, 60, 3):
        desk.renew(moment + timedelta(days=days))
    periods = [period_of(entry.created_at) for entry in desk.entries("hosting")[1:]]
    assert len(periods) == len(set(periods))


def period_of(moment: datetime) -> Period:
    return period_at(date(2026, 2, 5), "UTC", moment)


def test_a_model_that_waits_under_other_borders_comes_back_on_the_claim_that_it_has(
    desk: Any,
) -> None:
    one, moment = Allowance(limit=1), datetime(2026, 3, 1, tzinfo=UTC)
    desk.put(hosting=one, anchor=date(2026, 1, 28))
    desk.succeed("m", moment)  # until 28 March
    desk.put(moment, hosting=Allowance(limit=0), anchor=date(2026, 1, 15))
    desk.renew(datetime(2026, 3, 28, tzinfo=UTC))
    assert desk.lapsed() == [("m", 2)]

    raised = datetime(2026, 3, 29, tzinfo=UTC)
    desk.put(raised, hosting=one, anchor=date(2026, 1, 31))  # from 28 February until 31 March
    desk.renew(raised)

    assert desk.granted() == [("m", 1), ("m", 3)]
    assert desk.hosted() == ["m"]


def test_an_organisation_that_cannot_be_renewed_holds_up_no_other(desks: Any) -> None:
    broken, other = sorted([desks(), desks()], key=lambda desk: str(desk.organisation))
    for desk in (broken, other):
        desk.put(hosting=Allowance(limit=1))
        desk.succeed("m", START)
    with broken.database.transaction() as session:
        session.get(PlanRow, broken.organisation).timezone = "Zone/ThatLawAbolished"

    other.renew(FEBRUARY)

    assert (len(broken.hosted()), len(other.hosted())) == (1, 2)
