"""The panel in Debian's Chromium, against a running stack."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)
from uuid6 import uuid7

from argot.client import Client
from argot.corpus import prompts
from argot.demo.recordings import join
from argot.stack import Stack
from argot.stack.local import PANEL
from argot.stack.organisation import grant
from argot.uploads.memory import Memory
from argot.uploads.sending import Sender
from e2e.watching import Quiet
from shared.rpc.catalog import CustomModel

AXE = PANEL.parent / "node_modules/axe-core/axe.min.js"
SETTLE = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Until each part of the page has followed a change of its size or theme."""
RUN_AXE = """async (rules) => {
    const { violations } = await axe.run(rules.length ? { runOnly: rules } : {});
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}"""
NARROW: ViewportSize = {"width": 360, "height": 740}
OVERHANGS = """() => {
    const opened = [...document.querySelectorAll("[role=dialog], [role=alertdialog], [role=menu]")];
    const cards = [...document.querySelectorAll("main section > div:not([role])")];
    const fits = (each) => {
        const { left, right } = each.getBoundingClientRect();
        return left >= 0 && right <= innerWidth && each.scrollWidth <= each.offsetWidth;
    };
    return [document.scrollingElement, ...opened, ...cards].filter((each) => !fits(each))
        .map((each) => `${each.outerHTML.slice(0, 80)} is ${each.scrollWidth} pixels wide`);
}"""
REFUSED = "Failed to load resource"
"""The browser's own note of an answer from 400: refusals are part of many tests."""
FAILED = ("[Uppy]", "TypeError: Failed to fetch dynamically imported module")
"""Notes of a file that could not be sent, and of a part of the panel that did not come."""

PATIENCE_MS = 60_000
"""For what takes a moment on a machine that has nothing else to do."""

expect.set_options(timeout=PATIENCE_MS)

Enter = Callable[..., Page]
PutPlan = Callable[..., None]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None or not (PANEL / "index.html").exists():
        pytest.skip("the panel needs Node to be built, and Chromium to be tested")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        opened = playwright.chromium.launch(executable_path=program, args=arguments)
        yield opened
        opened.close()


@pytest.fixture
def locale() -> str:
    """What the browser speaks."""
    return "en-GB"


@pytest.fixture
def window(browser: Browser, stack: Stack, locale: str) -> Iterator[BrowserContext]:
    """Of a browser that was never here before."""
    opened = browser.new_context(base_url=stack.address, locale=locale, reduced_motion="reduce")
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    opened.close()


@pytest.fixture
def page(window: BrowserContext) -> Iterator[Page]:
    """A page that nobody has signed in to; what the browser complains of fails the test."""
    opened = window.new_page()
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        known = REFUSED in message.text or message.text.startswith(FAILED)
        if message.type in {"error", "warning"} and not known:
            complaints.append(message.text)

    opened.on("console", note)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    assert not complaints


@pytest.fixture
def organisation(stack: Stack) -> str:
    """One with a plan, languages, and nothing else."""
    made = f"org-{uuid7()}"
    grant(stack.address, stack.token(org=made, user="root", roles=["sysop"]), made)
    return made


@pytest.fixture
def put_plan(stack: Stack, organisation: str) -> PutPlan:
    """Give terms of the organisation's plan other values."""
    token = stack.token(org=organisation, user="root", roles=["sysop"])
    at = f"{stack.address}/api/v1/admin/organisations/{organisation}/plan"
    bearer = {"Authorization": f"Bearer {token}"}

    def put_plan(**terms: Any) -> None:
        plan = httpx.get(at, headers=bearer).raise_for_status().json()
        httpx.put(at, headers=bearer, json=plan | terms).raise_for_status()

    return put_plan


@pytest.fixture
def api(stack: Stack, organisation: str) -> Iterator[Client]:
    """The organisation's administrator, without a browser."""
    token = stack.token(org=organisation, user="ann", roles=["admin"])
    with Client(stack.address, token) as client:
        yield client


@pytest.fixture
def enter(stack: Stack, page: Page, organisation: str) -> Enter:
    """Be signed in to a page, in a role; the guide has been seen unless it is the first visit."""

    def enter(path: str, role: str = "admin", *, first_visit: bool = False) -> Page:
        token = stack.token(org=organisation, user=role, roles=[role])
        page.add_init_script(f"sessionStorage.setItem('argot.token', '{token}')")
        if not first_visit:
            page.add_init_script("localStorage.setItem('argot.guide-seen', 'yes')")
        page.goto(path)
        return page

    return enter


@pytest.fixture
def details(enter: Enter, api: Client) -> Page:
    """The page of a model without data."""
    return enter(f"/custom-models/{api.create_model('Dictation', 'en').id}")


@pytest.fixture
def violations() -> Callable[[Page], list[str]]:
    """What is wrong with the page as it is for axe-core, narrow, light and dark, and overhangs."""

    def violations(page: Page) -> list[str]:
        page.evaluate(AXE.read_text(encoding="utf-8"))
        wide = page.viewport_size
        assert wide is not None
        page.set_viewport_size(NARROW)
        page.evaluate(SETTLE)
        found = page.evaluate(OVERHANGS) + page.evaluate(RUN_AXE, [])
        page.set_viewport_size(wide)
        themes: dict[Literal["light", "dark"], list[str]]
        themes = {"light": [], "dark": ["color-contrast"]}
        for theme, rules in themes.items():
            page.emulate_media(color_scheme=theme)
            page.evaluate(SETTLE)
            found += page.evaluate(RUN_AXE, rules)
        page.emulate_media(color_scheme="null")
        return [str(each) for each in found]

    return violations


@pytest.fixture
def recordings(tmp_path: Path) -> list[Path]:
    """Two short recordings and their captions."""
    joined = join(prompts("en")[:30], tmp_path)
    return [path for each in joined for path in (each.audio, each.transcript)]


@pytest.fixture
def send(api: Client, tmp_path: Path) -> Callable[[CustomModel, Path], None]:
    """Upload a file to a model, without a browser."""

    def send(model: CustomModel, path: Path) -> None:
        with Sender(api, Quiet()) as sender:
            (sent,) = sender.upload(
                model.id, [path], Memory(tmp_path / "memory", api.url, model.id)
            )
        assert sent.kind == "uploaded"

    return send


@pytest.fixture
def captions(tmp_path: Path) -> Path:
    """One cue."""
    path = tmp_path / "talk1.vtt"
    path.write_text("WEBVTT\n\n00:01.000 --> 00:04.000\nGood morning.\n", encoding="utf-8")
    return path


@pytest.fixture
def long(tmp_path: Path) -> Path:
    """A recording of two parts."""
    path = tmp_path / "long.wav"
    with path.open("wb") as file:
        file.write(b"RIFF")
        file.truncate(51 * 1024**2)
    return path
