"""A page of the panel, and a camera in front of it."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Locator, Page, expect

from argot.client import Client
from argot.corpus import Prompt
from argot.demo.job import Job

FOLDER = Path("docs/panel")
WIDTH, HEIGHT, LONG, NARROW = 1200, 760, 1330, 390
QUALITY = "80"

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")


@dataclass
class Scene:
    """A page, what it is about, and a camera in front of it."""

    page: Page
    client: Client
    job: Job
    folder: Path
    spoken: list[Prompt]

    def take(self, name: str, *, whole: bool = False) -> None:
        """What is seen now, or a long piece of the `whole` page, in both themes."""
        if whole:
            self.page.set_viewport_size({"width": WIDTH, "height": LONG})
        for theme in THEMES:
            self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            picture = self.page.screenshot(animations="disabled")
            path = FOLDER / f"{name}-{theme}.webp"
            command = ["ffmpeg", "-v", "error", "-y", "-i", "-", "-quality", QUALITY, str(path)]
            subprocess.run(command, input=picture, check=True)
        self.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        print(name, flush=True)

    def button(self, name: str) -> Locator:
        """A button of the page."""
        return self.page.get_by_role("button", name=name, exact=True)

    def dialog(self, name: str) -> Locator:
        """A dialog, once it is open."""
        found = self.page.get_by_role("dialog", name=name)
        expect(found).to_be_visible()
        return found

    def asked(self, name: str) -> Locator:
        """A question, once it is asked."""
        found = self.page.get_by_role("alertdialog", name=name)
        expect(found).to_be_visible()
        return found

    def choose(self, dialog: Locator, label: str, option: str) -> None:
        """Choose an option of a select."""
        dialog.get_by_role("combobox", name=label).click()
        self.page.get_by_role("option", name=option, exact=True).click()

    def open(self, path: str, heading: str) -> None:
        """Go to a page, once its heading is there."""
        self.page.goto(path)
        expect(self.page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
