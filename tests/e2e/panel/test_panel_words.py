"""What the panel says of refusals and statuses, in which language, and in which direction."""

import colorsys
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil
from playwright.sync_api import Locator, Page, Route, expect

from argot.client import Client
from argot.stack import Stack

from .finding import button, choose

Enter = Callable[..., Page]
Violations = Callable[[Page], list[str]]

HEBREW = "הכתבות רפואיות (2)"


def new_model(page: Page, name: str, language: str) -> Locator:
    """The dialog, filled in."""
    button(page, "New custom model").click()
    dialog = page.get_by_role("dialog", name="New custom model")
    dialog.get_by_label("Name").fill(name)
    choose(page, dialog, "Language", language)
    return dialog


def untrainable(route: Route) -> None:
    """The language that was chosen is none any more when the server is asked."""
    asked = route.request
    if asked.method == "POST":
        route.continue_(post_data=(asked.post_data or "").replace('"fr"', '"tlh"'))
    else:
        route.continue_()


def test_each_refusal_of_a_new_model_is_told_in_its_dialog(
    enter: Enter, api: Client, violations: Violations
) -> None:
    api.create_model("taken", "en-US")
    page = enter("/custom-models")
    dialog = new_model(page, "x", "English (US)")
    create, said = button(dialog, "Create"), dialog.get_by_role("alert")
    create.click()
    expect(said).to_contain_text("2 characters")
    dialog.get_by_label("Name").fill("Taken")
    expect(said).to_be_hidden()
    create.click()
    expect(said).to_have_text("Language already exists. Pick a different name and try again.")
    choose(page, dialog, "Language", "German")
    create.click()
    expect(said).to_have_text(
        "The language is not published to your organization. "
        "Contact your administrator; resellers publish languages themselves."
    )
    page.route("**/api/v1/custom-models", untrainable)
    choose(page, dialog, "Language", "French")
    create.click()
    expect(said).to_have_text("Invalid language. It does not exist, or can no longer be trained.")
    assert not violations(page)
    expect(dialog.get_by_label("Name")).to_have_value("Taken")
    assert [model.name for model in api.models()] == ["taken"]


@contextmanager
def hanging(stack: Stack, name: str) -> Iterator[None]:
    """A process that is there, and does nothing."""
    process = psutil.Process(stack.pid(name))
    process.suspend()
    try:
        yield
    finally:
        process.resume()


def test_a_server_that_does_not_answer_is_told_of_and_asked_again(
    enter: Enter, api: Client, stack: Stack
) -> None:
    page = enter("/custom-models")
    dialog = new_model(page, "Dictation", "English")
    create, said = button(dialog, "Create"), dialog.get_by_role("alert")
    page.context.set_offline(True)
    create.click()
    expect(said).to_have_text("The server cannot be reached. Check your connection and try again.")
    page.context.set_offline(False)
    with hanging(stack, "catalog"):
        create.click()
        expect(said).to_have_text("A service did not answer in time. Try again in a moment.")
    create.click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("link", name="Dictation", exact=True)).to_be_visible()
    assert len(api.models()) == 1, "presses that were answered late made no second one"


STATUSES = [
    ("not_running", "Not running", None, "Upload your datasets first"),
    ("provisioning", "Provisioning resources", 35, "Training will start shortly"),
    ("running", "Running", 200, "Training is in progress. It can take several hours"),
    ("success", "Success", 140, "Training is done."),
    ("failed", "Failed", 355, "Something went wrong. Review the datasets"),
]
"""With the hue in degrees; grey has none."""


def hue(place: Locator) -> float | None:
    """Of its text."""
    colour = str(place.evaluate("element => getComputedStyle(element).color"))
    red, green, blue = (int(part) / 255 for part in re.findall(r"\d+", colour)[:3])
    degrees, _, saturation = colorsys.rgb_to_hls(red, green, blue)
    return degrees * 360 if saturation > 0.2 else None


def test_each_status_has_its_colour_and_its_help(enter: Enter, api: Client) -> None:
    """The page gets the server's answers with other statuses, for some pass in a moment."""
    statuses: dict[object, dict[str, object]] = {}
    for number, (status, name, *_) in enumerate(STATUSES, 1):
        model = api.create_model(f"Model {name}", "en-US")
        enabled = status == "success"
        statuses[model.id] = {"status": number, "status_name": status, "enabled": enabled}

    def as_if(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        for model in body.get("items", [body]):
            model.update(statuses[model["id"]])
        route.fulfill(response=answer, json=body)

    page = enter("/custom-models")
    page.route(re.compile(r"/api/v1/custom-models(\?.*|/[^/]+)?$"), as_if)
    page.reload()
    for status, name, degrees, told in STATUSES:
        badge = page.get_by_role("row", name=f"Model {name}").get_by_text(name, exact=True)
        expect(badge).to_be_visible()
        assert matches(hue(badge), degrees), status
        page.get_by_role("link", name=f"Model {name}", exact=True).click()
        banner = page.get_by_role("region", name=f"Training status: {name}")
        expect(banner).to_contain_text(told)
        expect(banner.get_by_role("link", name="Need help preparing your data?")).to_be_visible()
        badge = page.get_by_role("region", name="Summary").get_by_text(name, exact=True)
        assert matches(hue(badge), degrees), status
        assert matches(hue(banner), degrees), status
        train = button(page, "Train the language")
        expect(train).to_be_visible(visible=status in {"not_running", "failed"})
        page.go_back()


def matches(found: float | None, wanted: float | None) -> bool:
    if found is None or wanted is None:
        return found is wanted
    return abs((found - wanted + 180) % 360 - 180) < 15


def left(place: Locator) -> float:
    box = place.bounding_box()
    assert box is not None
    return box["x"]


def test_a_name_from_right_to_left_stays_in_its_place(enter: Enter, api: Client) -> None:
    api.create_model("Dictation", "en")
    model = api.create_model(HEBREW, "en")
    page = enter("/custom-models")
    name, other = (
        page.get_by_role("link", name=each, exact=True) for each in (HEBREW, "Dictation")
    )
    expect(name).to_have_css("direction", "rtl")
    assert left(name) == left(other), "it begins where the column begins"
    cells = page.get_by_role("row").filter(has_text="English")
    starts = [[left(cell) for cell in row.get_by_role("cell").all()] for row in cells.all()]
    assert starts[0] == starts[1]
    button(page, f"Delete {HEBREW}").click()
    asked = page.get_by_role("alertdialog")
    expect(asked).to_contain_text(f"\u2068{HEBREW}\u2069 and all its datasets")
    button(asked, "Cancel").click()
    name.click()
    expect(page.get_by_label("Name", exact=True)).to_have_css("direction", "rtl")
    expect(page.get_by_role("heading", level=1, name=model.name)).to_have_css("direction", "rtl")
