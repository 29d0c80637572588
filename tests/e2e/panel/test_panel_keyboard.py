"""The panel without a mouse."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, Route, expect

from argot.client import Client

from .finding import button, toast

Enter = Callable[..., Page]

STEPS = 40
"""As many as there are places to go to on a page, at least."""


def go_to(page: Page, place: Locator, key: str = "Tab") -> None:
    """Press the key until the place has the focus, which must be seen there."""
    expect(place).to_be_visible()
    for _ in range(STEPS):
        page.keyboard.press(key)
        if place.evaluate("element => element === document.activeElement"):
            break
    expect(place).to_be_focused()
    outline = place.evaluate("element => getComputedStyle(element).outlineStyle")
    assert outline != "none", "nobody sees where they are"


def test_a_model_is_created_by_keyboard(enter: Enter, api: Client) -> None:
    page = enter("/custom-models")
    new = button(page, "New custom model")
    expect(new).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    go_to(page, new)

    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="New custom model")
    expect(dialog.get_by_label("Name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(new).to_be_focused()

    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Name")).to_be_focused()
    page.keyboard.type("Dictation")
    page.keyboard.press("Tab")
    expect(dialog.get_by_role("combobox", name="Language")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("option", name="English (US)")).to_be_visible()
    page.keyboard.type("English (US)")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("combobox", name="Language")).to_have_text("English (US)")
    go_to(page, button(dialog, "Create"))
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(new).to_be_focused()
    assert [model.name for model in api.models()] == ["Dictation"]


def test_a_model_is_opened_renamed_and_deleted_by_keyboard(enter: Enter, api: Client) -> None:
    api.create_model("Dictation", "en")
    page = enter("/custom-models")
    go_to(page, page.get_by_role("link", name="Dictation", exact=True))
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", level=1, name="Dictation")
    expect(heading).to_be_visible()
    expect(page.get_by_role("main")).to_be_focused()
    name = page.get_by_label("Name", exact=True)
    go_to(page, name)
    page.keyboard.type("Rounds")
    go_to(page, button(page, "Update"), "Shift+Tab")
    page.keyboard.press("Enter")
    expect(toast(page, "Custom model updated successfully")).to_be_visible()

    breadcrumbs = page.get_by_role("navigation", name="Breadcrumbs")
    go_to(page, breadcrumbs.get_by_role("link"), "Shift+Tab")
    page.keyboard.press("Enter")
    delete = button(page, "Delete Rounds")
    go_to(page, delete)
    page.keyboard.press("Enter")
    asked = page.get_by_role("alertdialog", name="Delete custom model?")
    expect(asked).to_be_visible()
    page.keyboard.press("Escape")
    expect(asked).to_be_hidden()
    expect(delete).to_be_focused()
    page.keyboard.press("Enter")
    go_to(page, button(asked, "Delete"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("No custom models yet")).to_be_visible()
    expect(page.locator("main :focus")).to_be_visible()  # though the button has gone
    assert api.models() == []


def test_escape_closes_no_dialog_that_is_uploading(
    enter: Enter, api: Client, recordings: list[Path]
) -> None:
    model = api.create_model("Dictation", "en")
    page = enter(f"/custom-models/{model.id}")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/*partNumber=*", hold)
    new = button(page, "New dataset")
    new.click()
    dialog = page.get_by_role("dialog", name="New dataset")
    dialog.locator("input[type=file]").first.set_input_files(recordings[1])
    with page.expect_request("**/*partNumber=*"):
        button(dialog, "Create").click()
    expect(button(dialog, "Uploading…")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(button(dialog, "Cancel")).to_be_disabled()
    expect(dialog).to_be_visible()
    for route in held:
        route.continue_()
    expect(toast(page, "1 file uploaded successfully")).to_be_visible()
    expect(dialog).to_be_hidden()
    expect(new).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
