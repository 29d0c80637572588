"""Uploads that are cut off, left or given up for now, and go on from where they were."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from argot.client import Client

from .finding import button, new_dataset, row, toast
from .test_panel_uploads import PARTS, RETRY_SECONDS, is_part

Enter = Callable[..., Page]


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
    details.route("**/*partNumber=2*", lambda route: route.abort(), times=20)
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
    page.route("**/*partNumber=2*", lambda route: route.abort("connectionreset"))
    with (
        page.expect_event("requestfailed", is_part),
        page.expect_response(lambda answer: "partNumber=1&" in answer.url and answer.ok),
    ):
        button(dialog, "Create").click()
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
