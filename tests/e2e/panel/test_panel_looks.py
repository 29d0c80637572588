"""Every page and dialog, wide and narrow, light and dark."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from argot.client import Client
from shared.rpc.catalog import CustomModel

from .finding import button

Enter = Callable[..., Page]
Violations = Callable[[Page], list[str]]
Send = Callable[[CustomModel, Path], None]

LONG = "Dictation-of-the-department-of-" + "cardiology" * 12


def pages(page: Page, model: CustomModel) -> Iterator[str]:
    """Be on each page in turn, and tell which."""
    for path, there in {
        "/": page.get_by_role("table", name="Languages you can transcribe with"),
        "/glossary": page.get_by_text("No entries yet"),
        "/nowhere": page.get_by_role("heading", name="Page not found"),
        "/custom-models": page.get_by_role("row", name=model.name),
        f"/custom-models/{model.id}": page.get_by_role("table", name="Datasets"),
    }.items():
        page.goto(path)
        expect(there).to_be_visible()
        yield path


def overlays() -> dict[str, list[tuple[str, str]]]:
    """By page: what opens over it, and the button which does that."""
    return {
        "/": [("menu", "Account"), ("menu", "Upload")],
        "/custom-models": [
            ("dialog", "Getting Started"),
            ("dialog", "New custom model"),
            ("alertdialog", f"Delete {LONG}"),
        ],
        "model": [
            ("dialog", "New dataset"),
            ("alertdialog", "Train the language"),
            ("alertdialog", "Delete talk1.vtt"),
        ],
    }


def places(page: Page, model: CustomModel) -> Iterator[str]:
    """Be on each page, and over it, in turn, and tell where."""
    for path in pages(page, model):
        yield path
        for role, opener in overlays().get("model" if model.id in path else path, []):
            page.get_by_role("button", name=opener).first.click()
            over = page.get_by_role(role)  # type: ignore[arg-type]
            expect(over).to_be_visible()
            yield opener
            page.keyboard.press("Escape")
            expect(over).to_be_hidden()
    for job in ("Transcription", "Force alignment"):
        page.goto("/")
        button(page, "Upload").click()
        page.get_by_role("menuitem", name=job).click()
        expect(page.get_by_role("dialog", name=job)).to_be_visible()
        yield job


@pytest.mark.timeout(300)
def test_nothing_is_wrong_with_any_place(
    enter: Enter, api: Client, send: Send, captions: Path, violations: Violations
) -> None:
    api.create_model("הכתבות", "en")
    model = api.create_model(LONG, "en-US")
    send(model, captions)
    page = enter("/")
    found = [f"{place}: {each}" for place in places(page, model) for each in violations(page)]
    assert not found, "\n".join(found)
