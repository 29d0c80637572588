"""The quota service on the real bus and both databases."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from uuid6 import uuid7

from services.quota.handlers import claims
from shared.errors import ArgotError
from shared.events.data import DataUse, Evaluation, StoredFile
from shared.events.quota import ClaimGranted, ClaimReleased, HostingLapsed
from shared.events.trainer import TrainingFailed, TrainingSucceeded
from shared.rpc.quota import (
    Allowance,
    Claim,
    GetFeatures,
    GetPlan,
    ListClaims,
    NoteParent,
    Plan,
    PutPlan,
    ReleaseClaim,
    TakeClaim,
)
from shared.runtime.database import Database, now
from shared.runtime.deliveries import Delivery
from shared.runtime.testing.calls import TestCaller
from shared.runtime.testing.events import Tap, publish
from shared.runtime.testing.processes import ServiceProcess

ARTIFACT = StoredFile(storage_key="k", size=1, sha256="0" * 64)
EVALUATION = Evaluation(baseline_wer=0.2, wer=0.1, ci95=(0.05, 0.15), test_seconds=9, samples=[])


@pytest.fixture(scope="module")
def quota(
    amqp_url: str, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServiceProcess]:
    settings = {"ARGOT_AMQP_URL": amqp_url, "ARGOT_DATABASE_URL": database_url}
    folder: Path = tmp_path_factory.mktemp("quota")
    with ServiceProcess("services.quota", settings, folder) as process:
        yield process


@pytest.fixture
def call(amqp_url: str, quota: ServiceProcess) -> Iterator[TestCaller]:
    with TestCaller(amqp_url) as caller:
        yield caller


@pytest.fixture
def tap(amqp_url: str, quota: ServiceProcess) -> Iterator[Tap]:
    with Tap(amqp_url, "quota") as tap:
        yield tap


def put_plan(
    call: TestCaller, *, limit: int | None = 1, organisation: str = "", **terms: object
) -> str:
    """A plan, of a new organisation unless one is named; returns its id."""
    organisation = organisation or f"org-{uuid7()}"
    plan = Plan.model_validate(
        {
            "features": ["automatic_training"],
            "training": Allowance(limit=limit),
            "hosting": Allowance(limit=None),
            "anchor": date(2026, 1, 31),
            **terms,
        }
    )
    assert call(PutPlan(organisation_id=organisation, plan=plan)) == plan
    return organisation


def take(call: TestCaller, organisation: str, training: str) -> Claim:
    return call(TakeClaim(organisation_id=organisation, model_id="m", training_id=training))


def release(call: TestCaller, organisation: str, training: str) -> None:
    call(ReleaseClaim(organisation_id=organisation, model_id="m", training_id=training))


def states(call: TestCaller, organisation: str) -> list[str]:
    return [claim.state for claim in call(ListClaims(organisation_id=organisation)).items]


def parent_of(call: TestCaller, organisation: str) -> str | None:
    return call(GetFeatures(organisation_id=organisation)).parent_org


def test_a_reseller_is_known_by_the_first_token_unless_the_plan_has_one(call: TestCaller) -> None:
    organisation = f"org-{uuid7()}"
    assert parent_of(call, organisation) is None
    for parent in ("first", "second"):
        call(NoteParent(organisation_id=organisation, parent_org=parent))
        assert parent_of(call, organisation) == "first"
    plan = Plan(
        features=[],
        training=Allowance(),
        hosting=Allowance(),
        anchor=date(2026, 1, 31),
        parent_org="of the plan",
    )
    call(PutPlan(organisation_id=organisation, plan=plan))
    assert parent_of(call, organisation) == "of the plan"
    call(PutPlan(organisation_id=organisation, plan=plan.model_copy(update={"parent_org": None})))
    assert parent_of(call, organisation) == "first"


def test_of_first_tokens_at_once_one_counts(call: TestCaller, amqp_url: str) -> None:
    organisation = f"org-{uuid7()}"

    def note(number: int) -> str | None:
        with TestCaller(amqp_url) as own:
            own(NoteParent(organisation_id=organisation, parent_org=f"parent {number}"))
            return parent_of(own, organisation)

    with ThreadPoolExecutor(6) as pool:
        seen = set(pool.map(note, range(12)))
    assert len(seen) == 1
    assert seen == {parent_of(call, organisation)}


def test_without_a_plan_there_is_no_feature_and_no_claim(call: TestCaller) -> None:
    assert call(GetFeatures(organisation_id="nobody")).features == []
    with pytest.raises(ArgotError, match="not-found"):
        call(GetPlan(organisation_id="nobody"))
    with pytest.raises(ArgotError, match="no-claims-available"):
        take(call, "nobody", str(uuid7()))


def test_a_plan_gives_its_features(call: TestCaller) -> None:
    organisation = put_plan(call)

    assert call(GetFeatures(organisation_id=organisation)).features == ["automatic_training"]


def test_the_same_training_gives_the_same_claim_and_one_event(call: TestCaller, tap: Tap) -> None:
    organisation, training = put_plan(call), str(uuid7())

    first, second = take(call, organisation, training), take(call, organisation, training)

    assert first == second
    assert states(call, organisation) == ["claimed"]
    granted = tap.wait_for(lambda events: any(about(event, training) for event in events))
    assert len([event for event in granted if about(event, training)]) == 1


def about(event: object, training: str) -> bool:
    return isinstance(event, ClaimGranted | ClaimReleased) and event.training_id == training


def test_beyond_the_limit_units_cost_until_the_budget_ends(call: TestCaller) -> None:
    organisation = put_plan(
        call, training=Allowance(limit=1, unit_price=Decimal("10.10")), budget=Decimal("20.20")
    )

    prices = [take(call, organisation, str(uuid7())).price for _ in range(3)]

    assert prices == [Decimal(0), Decimal("10.10"), Decimal("10.10")]
    with pytest.raises(ArgotError, match="no-claims-available"):
        take(call, organisation, str(uuid7()))


def test_a_released_unit_can_be_taken_again(call: TestCaller, tap: Tap) -> None:
    organisation, training = put_plan(call), str(uuid7())
    take(call, organisation, training)

    release(call, organisation, training)
    release(call, organisation, training)

    assert take(call, organisation, str(uuid7())).price == 0
    assert sorted(states(call, organisation)) == ["claimed", "released"]
    events = tap.wait_for(lambda seen: any(isinstance(each, ClaimReleased) for each in seen))
    assert len([event for event in events if isinstance(event, ClaimReleased)]) == 1


def test_a_release_that_overtakes_its_claim_wins(call: TestCaller) -> None:
    organisation, training = put_plan(call), str(uuid7())

    release(call, organisation, training)

    with pytest.raises(ArgotError, match="no-claims-available"):
        take(call, organisation, training)
    assert take(call, organisation, str(uuid7())).state == "claimed"


def test_a_hundred_parallel_requests_for_the_last_unit_grant_one(
    amqp_url: str, call: TestCaller
) -> None:
    organisation = put_plan(call)

    together = threading.Barrier(100)

    def attempt(_: int) -> bool:
        with TestCaller(amqp_url) as own:
            together.wait(60)
            try:
                take(own, organisation, str(uuid7()))
            except ArgotError as error:
                assert error.code == "no-claims-available"
                return False
            return True

    with ThreadPoolExecutor(100) as threads:
        assert sum(threads.map(attempt, range(100))) == 1


def succeeded(organisation: str, training: str) -> TrainingSucceeded:
    return TrainingSucceeded(
        organisation_id=organisation,
        model_id=training,
        training_id=training,
        artifact=ARTIFACT,
        evaluation=EVALUATION,
        data=DataUse(segments=1, seconds_used=1, dropped=[]),
    )


def test_success_commits_the_training_claim_and_takes_a_hosting_one_once(
    amqp_url: str, call: TestCaller
) -> None:
    organisation, training = put_plan(call), str(uuid7())
    take(call, organisation, training)

    publish(amqp_url, succeeded(organisation, training))
    publish(amqp_url, succeeded(organisation, training))

    wait_for_states(call, organisation, ["committed", "committed"])


def test_a_waiting_model_is_hosted_by_itself_once_the_plan_is_raised(
    amqp_url: str, call: TestCaller, tap: Tap
) -> None:
    organisation, training = put_plan(call, hosting=Allowance(limit=0)), str(uuid7())
    publish(amqp_url, succeeded(organisation, training))
    tap.wait_for(lambda events: any(isinstance(each, HostingLapsed) for each in events))

    put_plan(call, organisation=organisation)

    tap.wait_for(lambda events: any(about(each, training) for each in events), timeout=5)


@pytest.mark.parametrize(("fault", "state"), [("platform", "released"), ("data", "committed")])
def test_a_failure_returns_the_claim_unless_the_data_are_at_fault(
    amqp_url: str, call: TestCaller, fault: str, state: str
) -> None:
    organisation, training = put_plan(call), str(uuid7())
    take(call, organisation, training)

    publish(
        amqp_url,
        TrainingFailed.model_validate(
            {
                "organisation_id": organisation,
                "model_id": "m",
                "training_id": training,
                "code": "c",
                "message": "m",
                "fault": fault,
            }
        ),
    )

    wait_for_states(call, organisation, [state])


def wait_for_states(call: TestCaller, organisation: str, expected: list[str]) -> None:
    deadline = time.monotonic() + 30
    while states(call, organisation) != expected:
        assert time.monotonic() < deadline, states(call, organisation)


def test_a_killed_service_keeps_its_ledger_and_renews_what_came_due_meanwhile(
    call: TestCaller, quota: ServiceProcess, database_url: str
) -> None:
    keeping, renewing, training = put_plan(call), put_plan(call), str(uuid7())
    claim = take(call, keeping, training)
    quota.kill()
    database = Database(database_url)
    message = Delivery(str(uuid7()), succeeded(renewing, str(uuid7())))
    claims.training_succeeded(message, database, now() - timedelta(days=70))
    database.close()

    quota.start()

    assert take(call, keeping, training) == claim
    wait_for_states(call, renewing, ["committed"])
