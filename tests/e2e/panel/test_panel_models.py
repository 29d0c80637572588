"""The page of custom models, as the guide tells of it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from argot.client import Client

from .finding import button, choose, toast

Enter = Callable[..., Page]
PutPlan = Callable[..., None]
Violations = Callable[[Page], list[str]]

GUIDE = "Getting Started with Custom Models"


def fill(page: Page, name: str, language: str | None) -> Locator:
    """The dialog of a new model."""
    dialog = page.get_by_role("dialog", name="New custom model")
    dialog.get_by_label("Name").fill(name)
    if language is not None:
        choose(page, dialog, "Language", language)
    return dialog


def test_signing_in_here_is_choosing_a_role(page: Page, violations: Violations) -> None:
    page.goto("/custom-models")
    expect(page.get_by_role("heading", name="Sign in to Argot")).to_be_visible()
    assert not violations(page)
    button(page, "Sign in as admin").click()
    button(page, "Got it").click()
    expect(page.get_by_role("heading", name="Custom Models", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("/custom-models$"))


def test_the_guide_opens_by_itself_once(enter: Enter) -> None:
    page = enter("/custom-models", first_visit=True)
    guide = page.get_by_role("dialog", name=GUIDE)
    expect(guide).to_be_visible()
    button(guide, "Got it").click()
    expect(guide).to_be_hidden()
    page.reload()
    expect(page.get_by_text("No custom models yet")).to_be_visible()
    expect(guide).to_be_hidden()
    button(page, "Getting Started").click()
    expect(guide).to_be_visible()


def test_the_first_model_is_created_from_the_empty_page(enter: Enter) -> None:
    page = enter("/custom-models")
    button(page, "Create your first custom model").click()
    dialog = page.get_by_role("dialog", name="New custom model")
    create = button(dialog, "Create")
    expect(create).to_be_disabled()
    fill(page, "Cardiology dictation EN", None)
    expect(create).to_be_disabled()
    fill(page, "Cardiology dictation EN", "English (US)")
    create.click()
    expect(dialog).to_be_hidden()
    row = page.get_by_role("row", name="Cardiology dictation EN")
    expect(row).to_contain_text("Not running")
    expect(row).to_contain_text("English (US)")
    columns = page.get_by_role("table", name="Custom models").get_by_role("columnheader")
    expect(columns).to_have_text(
        ["Name", "Training status", "Base language", "Last modified", "Actions"]
    )


def test_about_leads_to_force_alignment(enter: Enter) -> None:
    page = enter("/custom-models")
    expect(page.get_by_text("About Custom Models")).to_be_visible()
    page.get_by_role("link", name="Force Alignment").click()
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()


@pytest.mark.parametrize("role", ["admin", "sysop"])
def test_a_deleted_model_is_gone_at_once(enter: Enter, api: Client, role: str) -> None:
    api.create_model("Doomed", "en")
    page = enter("/custom-models", role)
    delete = button(page, "Delete Doomed")
    delete.click()
    asked = page.get_by_role("alertdialog", name="Delete custom model?")
    button(asked, "Cancel").click()
    expect(asked).to_be_hidden()
    delete.click()
    button(asked, "Delete").click()
    expect(toast(page, "Custom model deleted successfully")).to_be_visible()
    expect(page.get_by_text("No custom models yet")).to_be_visible()
    assert api.models() == []


def test_a_model_is_renamed(enter: Enter, api: Client) -> None:
    model = api.create_model("Before", "en-US")
    page = enter("/custom-models")
    page.get_by_role("link", name="Before", exact=True).click()
    expect(page).to_have_url(re.compile(f"/custom-models/{model.id}$"))
    update, name = button(page, "Update"), page.get_by_label("Name", exact=True)
    expect(update).to_be_disabled()
    name.fill("")
    expect(update).to_be_disabled()
    name.fill("After")
    update.click()
    expect(toast(page, "Custom model updated successfully")).to_be_visible()
    expect(update).to_be_disabled()
    page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link").last.click()
    expect(page.get_by_role("row", name="After")).to_be_visible()


def test_without_the_feature_there_is_a_way_back_and_one_up(
    enter: Enter, put_plan: PutPlan, upgrade_url: str, violations: Violations
) -> None:
    page = enter("/")
    expect(page.get_by_role("link", name="Custom Models")).to_be_visible()
    put_plan(features=[])
    page.goto("/custom-models")
    expect(page.get_by_role("heading", name="Feature not available")).to_be_visible()
    expect(page.get_by_role("link", name="Custom Models")).to_be_hidden()
    upgrade = page.get_by_role("link", name="Upgrade Plan")
    expect(upgrade).to_have_attribute("href", upgrade_url)
    assert not violations(page)
    page.get_by_role("link", name="Back to dashboard").click()
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()


def test_without_a_page_for_plans_the_way_up_says_whom_to_ask(
    enter: Enter, put_plan: PutPlan, organisation: str, violations: Violations
) -> None:
    put_plan(features=[])
    page = enter("/", first_visit=True)
    page.route("**/panel/settings.json", without_upgrade_url)
    page.goto("/custom-models")
    button(page, "Upgrade Plan").click()
    dialog = page.get_by_role("dialog", name="Upgrade Plan")
    expect(dialog).to_contain_text("Ask your administrator")
    expect(dialog).to_contain_text(f"/admin/organisations/{organisation}/plan")
    assert not violations(page)


def without_upgrade_url(route: Route) -> None:
    route.fulfill(json=route.fetch().json() | {"upgrade_url": None})


def test_a_resellee_sees_no_way_up(enter: Enter, put_plan: PutPlan) -> None:
    put_plan(features=[], parent_org="reseller")
    page = enter("/custom-models", first_visit=True)
    expect(page.get_by_role("link", name="Back to dashboard")).to_be_visible()
    expect(page.get_by_text("Upgrade Plan")).to_be_hidden()


def test_nothing_is_in_the_way_of_those_who_cannot_see(
    enter: Enter, api: Client, violations: Violations
) -> None:
    api.create_model("Seen", "en")
    page = enter("/custom-models", first_visit=True)
    expect(page.get_by_role("dialog", name=GUIDE)).to_be_visible()
    found = violations(page)
    button(page, "Got it").click()
    expect(page.get_by_role("row", name="Seen")).to_be_visible()
    found += violations(page)
    button(page, "New custom model").click()
    expect(page.get_by_role("dialog", name="New custom model")).to_be_visible()
    found += violations(page)
    assert not found


def test_the_first_load_is_small(page: Page) -> None:
    sizes: dict[str, int] = {}
    page.on(
        "response",
        lambda answer: sizes.update(
            {answer.url: int(answer.headers.get("content-length", 0))}
            if answer.url.endswith(".js")
            else {}
        ),
    )
    page.goto("/custom-models")
    expect(page.get_by_role("heading", name="Sign in to Argot")).to_be_visible()
    assert 0 < sum(sizes.values()) <= 300_000


def test_a_model_that_is_being_created_is_waited_for(enter: Enter) -> None:
    page = enter("/custom-models")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    button(page, "New custom model").first.click()
    dialog = fill(page, "Dictation", "English")
    page.route("**/api/v1/custom-models", hold, times=1)
    with page.expect_request("**/api/v1/custom-models"):
        button(dialog, "Create").click()
    page.keyboard.press("Escape")
    expect(button(dialog, "Cancel")).to_be_disabled()
    held.pop().continue_()
    expect(toast(page, "Custom model created successfully")).to_be_visible()
    expect(dialog).to_be_hidden()


def test_a_click_beside_a_dialog_keeps_what_was_typed(enter: Enter) -> None:
    page = enter("/custom-models")
    button(page, "New custom model").click()
    dialog = page.get_by_role("dialog", name="New custom model")
    dialog.get_by_label("Name").fill("Rounds")
    page.mouse.click(1, 1)
    choose(page, dialog, "Language", "English (US)")
    expect(dialog.get_by_label("Name")).to_have_value("Rounds")
