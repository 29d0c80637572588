"""What is shown follows what is there: every 20 seconds, and at once after one's own actions."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, Request, Response, expect

from argot.client import Client

from .finding import NO_POLLS, button, choose, new_dataset, row, toast

Enter = Callable[..., Page]


def is_list(asked: Request | Response) -> bool:
    return "/api/v1/custom-models?" in asked.url


def test_the_list_is_asked_for_every_20_seconds_which_costs_little(
    page: Page, enter: Enter, api: Client
) -> None:
    page.clock.install()
    api.create_model("First", "en")
    enter("/custom-models")
    expect(page.get_by_role("row", name="First")).to_be_visible()
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if is_list(request) else None)
    page.clock.fast_forward(10_000)
    page.evaluate("0")
    assert not asked
    with page.expect_response(is_list) as polled:
        page.clock.fast_forward(10_000)
    assert polled.value.request.sizes()["responseBodySize"] == 0
    api.create_model("Second", "en")
    with page.expect_response(is_list) as polled:
        page.clock.fast_forward(20_000)
    assert polled.value.request.sizes()["responseBodySize"] > 0
    expect(page.get_by_role("row", name="Second")).to_be_visible()


def test_own_actions_show_without_a_poll(page: Page, enter: Enter, recordings: list[Path]) -> None:
    page.add_init_script(NO_POLLS)
    enter("/custom-models")
    button(page, "New custom model").click()
    dialog = page.get_by_role("dialog", name="New custom model")
    dialog.get_by_label("Name").fill("Before")
    choose(page, dialog, "Language", "English (US)")
    button(dialog, "Create").click()
    page.get_by_role("link", name="Before", exact=True).click()

    page.get_by_label("Name", exact=True).fill("After")
    button(page, "Update").click()
    expect(page.get_by_role("heading", name="After")).to_be_visible()

    captions = recordings[1]
    button(new_dataset(page, captions), "Create").click()
    expect(row(page, captions.name)).to_be_visible()
    button(page, f"Delete {captions.name}").click()
    button(page.get_by_role("alertdialog", name="Delete dataset?"), "Delete").click()
    expect(page.get_by_text("No datasets yet")).to_be_visible()

    page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link").last.click()
    expect(page.get_by_role("row", name="After")).to_be_visible()
    button(page, "Delete After").click()
    button(page.get_by_role("alertdialog", name="Delete custom model?"), "Delete").click()
    expect(page.get_by_text("No custom models yet")).to_be_visible()
    expect(toast(page, "Custom model deleted successfully")).to_be_visible()
