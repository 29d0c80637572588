"""Uploads that are cut off, left or given up for now, and go on from where they were."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from argot.client import Client
from argot.stack import Stack

from .finding import button, new_dataset, row, toast
from .test_panel_uploads import PARTS, RETRY_SECONDS, is_part

Enter = Callable[..., Page]

SECOND_PART = "**/*partNumber=2*"
OTHER_PARTS = re.compile(r"partNumber=(?!1&)")
LOSE = """name => new Promise((done, failed) => {
    const opening = indexedDB.open('uppy-blobs');
    opening.onerror = failed;
    opening.onsuccess = () => {
        const { result: database } = opening;
        const change = database.transaction('files', 'readwrite');
        const files = change.objectStore('files');
        files.getAll().onsuccess = ({ target }) => {
            const [found] = target.result.filter(({ data }) => data.name === name);
            files.delete(found.id);
        };
        change.oncomplete = () => { database.close(); done(); };
    };
})"""
"""As where the browser had no room to keep a file."""
LATER = timedelta(days=6)
"""Less than what the server leaves an upload open for."""


def requests_of(page: Page) -> list[str]:
    """Method and address of all that is asked for from here on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    return asked


def first_parts(asked: list[str]) -> list[str]:
    return [each for each in asked if "partNumber=1&" in each and each.startswith("PUT")]


def test_a_reload_in_the_middle_of_an_upload_goes_on(
    details: Page, long: Path, api: Client
) -> None:
    dialog = new_dataset(details, long)
    details.route(SECOND_PART, lambda route: route.abort(), times=20)
    with details.expect_response(lambda answer: "partNumber=1&" in answer.url and answer.ok):
        button(dialog, "Create").click()
    details.unroute_all()
    asked = requests_of(details)
    details.reload()
    expect(toast(details, "1 file uploaded successfully")).to_be_visible()
    assert not first_parts(asked), "it is there already"
    expect(row(details, long.name)).to_be_visible()
    (model,) = api.models()
    assert [each.name for each in api.datasets(model.id)] == [long.name]


def test_an_upload_that_is_left_by_back_goes_on_when_one_comes_again(
    enter: Enter, api: Client, recordings: list[Path]
) -> None:
    api.create_model("Dictation", "en")
    page = enter("/custom-models")
    page.get_by_role("link", name="Dictation", exact=True).click()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(PARTS, hold, times=2)
    dialog = new_dataset(page, *recordings)
    with page.expect_request(PARTS):
        button(dialog, "Create").click()
    page.go_back()
    expect(button(page, "New custom model")).to_be_visible()
    page.unroute(PARTS)
    page.go_forward()
    expect(toast(page, f"{len(recordings)} files uploaded successfully")).to_be_visible()
    for path in recordings:
        expect(row(page, path.name)).to_be_visible()


def test_what_arrived_of_a_file_that_failed_is_not_sent_again(
    page: Page, enter: Enter, api: Client, long: Path
) -> None:
    page.clock.install()
    enter(f"/custom-models/{api.create_model('Dictation', 'en').id}")
    dialog = new_dataset(page, long)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(SECOND_PART, hold, times=1)
    with page.expect_response(lambda answer: "partNumber=1&" in answer.url and answer.ok):
        button(dialog, "Create").click()
    page.route(SECOND_PART, lambda route: route.abort("connectionreset"))
    with page.expect_event("requestfailed", is_part):
        held[0].abort("connectionreset")
    for seconds in RETRY_SECONDS:
        with page.expect_event("requestfailed", is_part):
            page.clock.fast_forward(1000 * seconds)
    expect(toast(page, "The file could not be uploaded")).to_be_visible()
    page.unroute_all()
    asked = requests_of(page)
    button(dialog, "Create").click()
    expect(toast(page, "1 file uploaded successfully")).to_be_visible()
    assert not first_parts(asked)
    assert not [each for each in asked if each.startswith("POST") and each.endswith("/uploads")]


def test_once_a_file_that_was_lost_is_taken_out_the_others_go_on(
    details: Page, recordings: list[Path]
) -> None:
    lost, kept = recordings[1::2]
    details.route(PARTS, lambda _route: None)
    dialog = new_dataset(details, lost, kept)
    with details.expect_request(PARTS):
        button(dialog, "Create").click()
    details.evaluate(LOSE, lost.name)
    details.reload()
    expect(dialog.get_by_role("status")).to_contain_text(lost.name)
    details.unroute_all()
    item = dialog.get_by_role("listitem").filter(has_text=lost.name)
    item.get_by_role("button", name="Remove file").click()
    expect(toast(details, "1 file uploaded successfully")).to_be_visible()
    expect(dialog).to_be_hidden()
    expect(row(details, kept.name)).to_be_visible()
    expect(row(details, lost.name)).to_be_hidden()


def test_a_second_tab_leaves_an_upload_to_the_first(details: Page, recordings: list[Path]) -> None:
    first, second = recordings[1::2]
    details.route(PARTS, lambda _route: None, times=1)
    dialog = new_dataset(details, first)
    with details.expect_request(PARTS):
        button(dialog, "Create").click()
    with details.expect_popup() as opened:
        details.evaluate("void window.open(location.href)")
    tab = opened.value
    beside = new_dataset(tab, second)
    expect(beside).to_contain_text("1 file selected")
    button(beside, "Create").click()
    expect(toast(tab, "1 file uploaded successfully")).to_be_visible()
    expect(row(tab, second.name)).to_be_visible()
    expect(row(tab, first.name)).to_be_hidden()
    tab.close()
    details.reload()
    expect(toast(details, "1 file uploaded successfully")).to_be_visible()
    expect(row(details, first.name)).to_be_visible()


def test_an_upload_is_for_nobody_else_to_go_on_with_or_to_forget(
    details: Page, recordings: list[Path], stack: Stack, organisation: str
) -> None:
    details.route(PARTS, lambda _route: None)
    dialog = new_dataset(details, recordings[1])
    with details.expect_request(PARTS):
        button(dialog, "Create").click()
    tab = details.context.new_page()
    token = stack.token(org=organisation, user="ben", roles=["user"])
    tab.add_init_script(f"sessionStorage['argot.token'] ??= '{token}'")
    tab.goto(details.url)
    expect(tab.get_by_text("No datasets yet")).to_be_visible()
    new_dataset(tab, recordings[3])
    expect(tab.get_by_role("dialog")).to_contain_text("1 file selected")
    button(tab.get_by_role("dialog"), "Cancel").click()
    tab.get_by_role("button", name="Account").click()
    tab.get_by_role("menuitem", name="Sign out").click()
    expect(tab.get_by_role("heading", name="Sign in to Argot")).to_be_visible()
    tab.close()
    details.reload()
    details.unroute_all()
    expect(toast(details, "1 file uploaded successfully")).to_be_visible()
    expect(row(details, recordings[1].name)).to_be_visible()


@pytest.fixture
def huge(tmp_path: Path) -> Path:
    """A recording that is too large for the browser to keep."""
    path = tmp_path / "huge.wav"
    with path.open("wb") as file:
        file.write(b"RIFF")
        file.truncate(2 * 1024**3 + 1)
    return path


def test_a_file_that_the_browser_could_not_keep_goes_on_once_it_is_chosen_again(
    details: Page, huge: Path
) -> None:
    details.route(OTHER_PARTS, lambda _route: None)
    dialog = new_dataset(details, huge)
    with details.expect_response(lambda answer: "partNumber=1&" in answer.url and answer.ok):
        button(dialog, "Create").click()
    details.clock.set_system_time(datetime.now(tz=UTC) + LATER)
    asked = requests_of(details)
    details.reload()
    lost = dialog.get_by_role("status")
    expect(lost).to_contain_text(huge.name)
    expect(button(dialog, "Create")).to_be_disabled()
    button(dialog, "Cancel").click()
    expect(dialog).to_be_hidden()
    button(details, "New dataset").click()
    expect(lost).to_contain_text(huge.name)
    dialog.get_by_role("button", name="Re-select").click()
    with details.expect_request(OTHER_PARTS):
        dialog.locator("input[type=file]").first.set_input_files(huge)
    assert not first_parts(asked)
    assert not [each for each in asked if each.startswith("DELETE")]
    assert not [each for each in asked if each.startswith("POST") and each.endswith("/uploads")]
