"""`make screenshots`: every page and dialog of the panel, light and dark, into docs/panel.

They are of a running stack with a model that is really trained, which takes some minutes.
"""

import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser, expect, sync_playwright

from argot.client import Client
from argot.corpus import prompts
from argot.demo.job import Job
from argot.demo.journal import Journal
from argot.demo.recordings import join, split
from argot.stack import Stack
from argot.stack.organisation import DEMO, grant
from argot.stack.settings import StackSettings
from scripts.screenshots.data import misplaced
from scripts.screenshots.elsewhere import corners, dashboard
from scripts.screenshots.models import all_statuses, creation, first_visit, training, upload
from scripts.screenshots.scene import FOLDER, HEIGHT, WIDTH, Scene

PATIENCE_MS = 30_000


@dataclass(frozen=True)
class Withdrawal:
    """Takes Automatic Training out of the organisation's plan."""

    address: str
    token: str

    def __call__(self) -> None:
        """From now on the feature is not available."""
        at = f"{self.address}/api/v1/admin/organisations/{DEMO}/plan"
        bearer = {"Authorization": f"Bearer {self.token}"}
        plan = httpx.get(at, headers=bearer).raise_for_status().json()
        httpx.put(at, headers=bearer, json=plan | {"features": []}).raise_for_status()


def shoot(stack: Stack, browser: Browser, folder: Path) -> None:
    """All pictures, as one visit."""
    sysop = stack.token(org=DEMO, user="root", roles=["sysop"])
    grant(stack.address, sysop)
    context = browser.new_context(
        base_url=stack.address, locale="en-GB", viewport={"width": WIDTH, "height": HEIGHT}
    )
    context.set_default_timeout(PATIENCE_MS)
    token = stack.token(org=DEMO, user="ann", roles=["admin"])
    learnt, held_out = split(prompts("fr"), "fr")
    with Client(stack.address, token) as client:
        page = context.new_page()
        scene = Scene(page, client, Job(client, Journal()), folder, held_out)
        recordings = join(learnt, folder)
        first_visit(scene)
        creation(scene)
        upload(scene, recordings)
        training(scene)
        all_statuses(scene, misplaced(scene, recordings), recordings)
        dashboard(scene)
        corners(scene, Withdrawal(stack.address, sysop))
    context.close()


def main() -> None:
    """Start the stack and the browser, and end them again."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("Chromium is not here: apt install chromium")
    expect.set_options(timeout=PATIENCE_MS)
    FOLDER.mkdir(exist_ok=True)
    os.environ["ARGOT_UPGRADE_URL"] = "https://example.org/plans"
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with (
        tempfile.TemporaryDirectory() as folder,
        Stack(Path(folder) / "data", settings=StackSettings(port=None)) as stack,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        shoot(stack, browser, Path(folder))
        browser.close()


if __name__ == "__main__":
    main()
