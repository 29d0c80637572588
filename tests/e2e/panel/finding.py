"""Where things are on a page."""

from pathlib import Path

from playwright.sync_api import Locator, Page

NO_POLLS = "const every = setInterval; window.setInterval = (f, ms) => ms < 3000 && every(f, ms)"
"""Nothing in the page is done again and again, but what is too often to be a poll."""


def button(place: Page | Locator, name: str) -> Locator:
    return place.get_by_role("button", name=name, exact=True)


def toast(page: Page, text: str) -> Locator:
    """The screen reader's copy of a toast is another one."""
    return page.get_by_role("region", name="Notifications").get_by_text(text).first


def choose(page: Page, dialog: Locator, label: str, option: str) -> None:
    dialog.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()


def new_dataset(page: Page, *files: Path) -> Locator:
    """The dialog, with these files chosen."""
    button(page, "New dataset").click()
    dialog = page.get_by_role("dialog", name="New dataset")
    dialog.locator("input[type=file]").first.set_input_files(list(files))
    return dialog


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("table", name="Datasets").get_by_role("row", name=name)
