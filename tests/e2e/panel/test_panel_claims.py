"""What is left of the plan is told before a training is started."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from argot.client import Client
from argot.corpus import prompts
from argot.demo.recordings import join
from argot.uploads.memory import Memory
from argot.uploads.sending import Sender
from tests.e2e.watching import Quiet

from .finding import button

Enter = Callable[..., Page]
PutPlan = Callable[..., None]
Violations = Callable[[Page], list[str]]

UNLIMITED: dict[str, Any] = {"limit": None, "unit_price": None}
NOTHING: dict[str, Any] = {"limit": 0, "unit_price": None}
NO_HOSTING = "No hosting is left"


def ask(page: Page) -> Locator:
    button(page, "Train the language").click()
    return page.get_by_role("alertdialog", name="Train the language")


@pytest.mark.parametrize(
    ("training", "hosting", "said"),
    [
        (UNLIMITED, UNLIMITED, ["This training is free."]),
        (
            {"limit": 10, "unit_price": None},
            UNLIMITED,
            ["Free trainings used in this billing period: 0 of 10; this one is free."],
        ),
        ({"limit": 0, "unit_price": "1012.50"}, UNLIMITED, ["This training costs 1,012.50."]),
        (UNLIMITED, NOTHING, ["This training is free.", NO_HOSTING]),
        (NOTHING, NOTHING, ["No trainings are left in this billing period, which ends on "]),
    ],
    ids=["unlimited", "free", "priced", "no hosting", "exhausted"],
)
def test_the_price_of_a_training_is_told_before_the_click(
    enter: Enter,
    api: Client,
    put_plan: PutPlan,
    violations: Violations,
    training: dict[str, Any],
    hosting: dict[str, Any],
    said: list[str],
) -> None:
    put_plan(training=training, hosting=hosting)
    page = enter(f"/custom-models/{api.create_model('Dictation', 'en').id}", "user")

    asked = ask(page)

    expect(asked.get_by_role("status").get_by_role("paragraph")).to_contain_text(said)
    expect(button(asked, "Train")).to_be_enabled()
    assert not violations(page)


def test_the_dialog_works_where_nothing_is_known(enter: Enter, api: Client) -> None:
    page = enter(f"/custom-models/{api.create_model('Dictation', 'en').id}")
    page.route("**/api/v1/remaining-claims", lambda route: route.abort())

    asked = ask(page)
    button(asked, "Train").click()

    expect(asked.get_by_role("alert")).to_contain_text("No data")
    expect(asked.get_by_role("status")).to_be_empty()


def test_a_training_that_is_refused_says_so_where_it_was_asked_for(
    enter: Enter, api: Client, put_plan: PutPlan, tmp_path: Path
) -> None:
    model = api.create_model("Dictation", "en")
    recordings = join(prompts("en")[:300], tmp_path)
    paths = [path for each in recordings for path in (each.audio, each.transcript)]
    with Sender(api, Quiet()) as sender:
        sender.upload(model.id, paths, Memory(tmp_path, api.url, model.id))
    put_plan(training=NOTHING)
    page = enter(f"/custom-models/{model.id}")
    expect(page.get_by_text("Ready to train")).to_be_visible()

    asked = ask(page)
    button(asked, "Train").click()

    expect(asked.get_by_role("alert")).to_contain_text("No claims available")
    expect(asked.get_by_role("status")).to_contain_text("No trainings are left")
