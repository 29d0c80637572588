"""The details page for a user who is no administrator."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from argot.client import Client
from shared.rpc.catalog import CustomModel

from .finding import button, toast

Enter = Callable[..., Page]
Violations = Callable[[Page], list[str]]
Send = Callable[[CustomModel, Path], None]


def test_four_cards_say_what_the_model_is(enter: Enter, api: Client) -> None:
    model = api.create_model("Dictation", "en-US")
    page = enter(f"/custom-models/{model.id}", "user")
    cards = page.get_by_role("region", name="Summary").locator("> *")
    expect(cards).to_have_count(4)
    name, status, language, modified = (cards.nth(place) for place in range(4))
    expect(name.get_by_label("Name", exact=True)).to_have_value("Dictation")
    expect(status).to_have_text("Training statusNot running")
    expect(language).to_have_text("Base language modelEnglish (US)")
    expect(modified).to_contain_text("Last modified")
    at = modified.get_by_role("time")
    expect(at).to_contain_text(model.last_modified.strftime("%Y"))
    before = at.get_attribute("datetime")
    name.get_by_label("Name", exact=True).fill("Dictation 2")
    button(page, "Update").click()
    expect(at).not_to_have_attribute("datetime", str(before))


def test_a_name_that_is_not_saved_is_not_left_unasked(enter: Enter, api: Client) -> None:
    model = api.create_model("Dictation", "en")
    page = enter(f"/custom-models/{model.id}")
    page.get_by_label("Name", exact=True).fill("Dictation 2")
    page.get_by_role("link", name="Dashboard", exact=True).click()
    button(page.get_by_role("alertdialog", name="Leave without saving?"), "Cancel").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Dictation 2")
    button(page, "Update").click()
    expect(toast(page, "Custom model updated successfully")).to_be_visible()
    page.get_by_role("link", name="Dashboard", exact=True).click()
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()


def test_a_dialog_that_does_not_load_leaves_the_page_as_it_is(
    enter: Enter, api: Client, violations: Violations
) -> None:
    model = api.create_model("Dictation", "en")
    page = enter(f"/custom-models/{model.id}")
    page.route("**/assets/upload-form-*.js", lambda route: route.abort())
    button(page, "New dataset").click()
    expect(page.get_by_role("alert")).to_contain_text("server")
    assert not violations(page)
    expect(page.get_by_label("Name", exact=True)).to_have_value("Dictation")
    page.unroute_all()
    button(page, "Try again").click()
    button(page, "New dataset").click()
    expect(page.get_by_role("dialog", name="New dataset")).to_be_visible()


def test_all_but_deleting_the_model_is_for_users(
    enter: Enter, api: Client, send: Send, captions: Path
) -> None:
    model = api.create_model("Dictation", "en")
    send(model, captions)
    page = enter("/custom-models", "user")
    row = page.get_by_role("row", name="Dictation")
    expect(row.get_by_role("link", name="Edit Dictation")).to_be_visible()
    expect(row.get_by_role("button")).to_have_count(0)
    row.get_by_role("cell", name="English").click(position={"x": 3, "y": 3})
    for action in ("New dataset", "Train the language"):
        expect(button(page, action)).to_be_enabled()
    name, update = page.get_by_label("Name", exact=True), button(page, "Update")
    name.fill("Dictation ")
    name.fill("Dictation")
    expect(update).to_be_disabled()
    name.fill("Rounds")
    update.click()
    expect(toast(page, "Custom model updated successfully")).to_be_visible()
    download = button(page, f"Download {captions.name}")
    expect(download).to_be_enabled()
    (dataset,) = api.datasets(model.id)
    page.context.set_offline(True)
    download.click()
    expect(toast(page, "Download failed")).to_be_visible()
    page.context.set_offline(False)
    button(page, f"Delete {captions.name}").click()
    button(page.get_by_role("alertdialog", name="Delete dataset?"), "Delete").click()
    expect(toast(page, "Dataset deleted successfully")).to_be_visible()
    expect(page.get_by_text("No datasets yet")).to_be_visible()
    assert api.model(model.id).name == "Rounds"
    assert not [each for each in api.datasets(model.id) if each.id == dataset.id]
