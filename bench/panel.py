"""The panel in Chromium with models and datasets by the thousand.

Each visit is a browser's first; medians of the rounds. A task keeps the page from answering; those
below 50 ms count as 0.

`list_usable_s`, `list_1000_usable_s`: from the address to the first row, of organisations with 100
and 1,000 models; `datasets_usable_s` of a model with 1,000 datasets. `…_all_s`: until all rows are
there. `…_load_ms`: the longest task until then. `…_frame_ms`: the longest frame while scrolling
from the end to the top. `…_dialog_ms`: from a click on the last row's Delete to its dialog.
`…_refresh_ms`: the longest task of 25 s, in which the page asks for all rows again.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from argot.client import Client
from argot.stack import ARGOT, Stack
from argot.stack.local import PANEL
from argot.stack.organisation import grant
from argot.stack.settings import StackSettings
from bench.report import finish, median
from bench.rows import add_datasets, add_models

FEW, MANY = 100, 1000
ROUNDS = 5
REFRESH_MS = 25_000
NEEDED = {"catalog", "quota", "ingest", "validator", "trainer", "gateway"}

WATCH = """
localStorage.setItem('argot.guide-seen', 'yes');
window.bench = {tasks: []};
new PerformanceObserver(found => bench.tasks.push(...found.getEntries().map(e => e.duration)))
  .observe({type: 'longtask', buffered: true});
const seen = new MutationObserver(() => {
  if (bench.usable || !document.querySelector('tbody tr')) return;
  requestAnimationFrame(() => { bench.usable ??= performance.now(); });
});
seen.observe(document, {childList: true, subtree: true});
"""
LOAD_ALL = """count => new Promise(done => {
  const step = () => {
    const rows = document.querySelectorAll('tbody tr');
    if (rows.length >= count) return done(performance.now());
    rows[rows.length - 1].scrollIntoView();
    requestAnimationFrame(step);
  };
  step();
})"""
SCROLL = """() => new Promise(done => {
  let before = performance.now(), longest = 0;
  const step = now => {
    longest = Math.max(longest, now - before);
    before = now;
    scrollBy(0, -400);
    if (scrollY > 0) requestAnimationFrame(step); else done(longest);
  };
  scrollTo(0, document.documentElement.scrollHeight);
  requestAnimationFrame(step);
})"""


class Visit:
    """A page of the panel, opened in a browser without a past."""

    def __init__(self, page: Page, path: str) -> None:
        self._page = page
        page.goto(path)
        page.locator("tbody tr").first.wait_for()

    @property
    def usable_s(self) -> float:
        """From the address to the first row."""
        return float(self._page.evaluate("bench.usable")) / 1000

    def all_s(self) -> float:
        """From the address until all rows are there, with the end in sight."""
        return float(self._page.evaluate(LOAD_ALL, MANY)) / 1000

    def longest_task_ms(self) -> float:
        """Of all since this was asked last."""
        return float(self._page.evaluate("Math.max(0, ...bench.tasks.splice(0))"))

    def longest_frame_ms(self) -> float:
        """While it scrolls from the end to the top."""
        return float(self._page.evaluate(SCROLL))

    def dialog_ms(self) -> float:
        """From a click on the last row's Delete to the question; it is not answered."""
        delete = self._page.locator("tbody tr").last.get_by_role("button", name="Delete")
        delete.scroll_into_view_if_needed()
        begun = time.perf_counter()
        delete.click()
        asked = self._page.get_by_role("alertdialog")
        asked.wait_for()
        taken = time.perf_counter() - begun
        asked.get_by_role("button", name="Cancel").click()
        return taken * 1000

    def refresh_ms(self) -> float:
        """The longest task while rows are asked for again."""
        self.longest_task_ms()
        self._page.wait_for_timeout(REFRESH_MS)
        return self.longest_task_ms()


@contextmanager
def visit(browser: Browser, address: str, token: str, path: str) -> Iterator[Visit]:
    """As an administrator who has seen the guide."""
    context = browser.new_context(base_url=address, locale="en-GB")
    page = context.new_page()
    page.add_init_script(f"sessionStorage.setItem('argot.token', '{token}');{WATCH}")
    yield Visit(page, path)
    context.close()


def main() -> None:
    """All rounds of a page, then of the next."""
    chromium = shutil.which("chromium")
    if chromium is None or not (PANEL / "index.html").exists():
        sys.exit("the panel is not built, or Chromium is missing: `make test` sees to both")
    specs = [spec for spec in ARGOT if spec.name in NEEDED]
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with (
        tempfile.TemporaryDirectory() as name,
        Stack(Path(name) / "data", specs=specs, settings=StackSettings(port=None)) as stack,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=arguments) as browser,
    ):
        tokens = {}
        for org, count in (("few", FEW), ("many", MANY)):
            grant(stack.address, stack.token(org=org, user="s", roles=["sysop"]), org)
            add_models(stack.database_url("catalog"), org, count)
            tokens[org] = stack.token(org=org, user="ann", roles=["admin"])
        with Client(stack.address, tokens["few"]) as client:
            model_id = client.create_model("Bench", "fr").id
        add_datasets(stack.database_url("ingest"), "few", model_id, MANY)
        pages = {
            "list": ("few", "/custom-models"),
            "list_1000": ("many", "/custom-models"),
            "datasets": ("few", f"/custom-models/{model_id}"),
        }
        figures: dict[str, list[float]] = {}
        for page, (org, path) in pages.items():
            for number in range(ROUNDS):
                with visit(browser, stack.address, tokens[org], path) as seen:
                    for figure, value in measure(seen, whole=page != "list", first=number == 0):
                        figures.setdefault(f"{page}_{figure}", []).append(value)
            print(page, flush=True)
    finish(**{name: median(values) for name, values in figures.items()})


def measure(seen: Visit, *, whole: bool, first: bool) -> Iterator[tuple[str, float]]:
    """What is measured of a visit: of a `whole` page more, and what takes long on the `first`."""
    yield "usable_s", seen.usable_s
    if whole:
        yield "all_s", seen.all_s()
        yield "load_ms", seen.longest_task_ms()
        yield "frame_ms", seen.longest_frame_ms()
        yield "dialog_ms", seen.dialog_ms()
    if whole and first:
        yield "refresh_ms", seen.refresh_ms()


if __name__ == "__main__":
    main()
