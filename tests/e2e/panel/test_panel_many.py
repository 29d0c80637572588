"""Models and datasets by the thousand: all of them come, and each can be acted on."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, Route, expect

from argot.client import Client
from argot.stack import Stack
from bench.rows import add_datasets, add_models

from .finding import button

Enter = Callable[..., Page]

MANY = 1000
PAGE = 100
FRAMES = """() => new Promise((done) => {
  let left = 60;
  const next = () => (left-- > 0 ? requestAnimationFrame(next) : done());
  next();
})"""
"""Time enough for a page that asks without end to ask some times more."""


def rows(page: Page, table: str) -> Locator:
    return page.get_by_role("table", name=table).locator("tbody tr")


def test_a_thousand_models(enter: Enter, stack: Stack, organisation: str) -> None:
    add_models(stack.database_url("catalog"), organisation, MANY)
    page = enter("/custom-models")
    models = rows(page, "Custom models")
    for count in range(PAGE, MANY + 1, PAGE):
        expect(models).to_have_count(count)
        models.last.scroll_into_view_if_needed()
    expect(models.last).to_contain_text("Model 0")
    button(page, "Delete Model 0").click()
    asked = page.get_by_role("alertdialog", name="Delete custom model?")
    button(asked, "Delete").click()
    expect(asked).to_be_hidden()
    expect(models).to_have_count(MANY - 1)
    expect(models.last).to_contain_text("Model 1")


def test_a_page_that_is_refused_is_not_asked_for_again_by_itself(
    enter: Enter, stack: Stack, organisation: str
) -> None:
    add_models(stack.database_url("catalog"), organisation, 2 * PAGE)
    page = enter("/")
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=429, json={"code": "rate-limited", "title": "Too many", "status": 429})

    page.route("**/custom-models?*cursor=*", refuse)
    page.get_by_role("link", name="Custom Models").click()
    models = rows(page, "Custom models")
    models.last.scroll_into_view_if_needed()
    expect(page.get_by_role("alert")).to_be_visible()
    page.evaluate(FRAMES)
    assert len(asked) == 1
    page.unroute_all()
    button(page, "Show more").click()
    expect(models).to_have_count(2 * PAGE)


def test_a_thousand_datasets(enter: Enter, stack: Stack, organisation: str, api: Client) -> None:
    model = api.create_model("Dictation", "en")
    add_datasets(stack.database_url("ingest"), organisation, model.id, MANY)
    page = enter(f"/custom-models/{model.id}")
    datasets = rows(page, "Datasets")
    expect(datasets).to_have_count(MANY)
    last = datasets.last.get_by_role("button", name="Delete")
    name = (last.get_attribute("aria-label") or "").removeprefix("Delete ")
    last.click()
    asked = page.get_by_role("alertdialog", name="Delete dataset?")
    expect(asked).to_contain_text(name)
    button(asked, "Delete").click()
    expect(asked).to_be_hidden()
    expect(datasets).to_have_count(MANY - 1)
