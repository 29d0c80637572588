"""Signing in at an OpenID Connect provider that is certified to be one, by its own pages."""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from argot.client import Client
from argot.stack import Stack
from argot.stack.local import PANEL
from shared.runtime.local.ports import Ports
from shared.runtime.local.processes import Process

from .conftest import PATIENCE_MS
from .finding import button, toast

Violations = Callable[[Page], list[str]]

PROVIDER = PANEL.parent / "test/provider.js"
AUDIENCE = "https://argot.test/"
LIFETIME_S = 35
"""Of an access token; it is renewed half a minute before its end."""
START_S = 30
RENEWAL_MS = 1000 * (LIFETIME_S + START_S)
HAS_ANOTHER = """token => {
    const [kept] = Object.values(sessionStorage).filter(each => each.includes('access_token'));
    return !kept.includes(token);
}"""


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    with Ports() as taken:
        yield taken


@pytest.fixture(scope="module")
def address(ports: Ports) -> str:
    """Of the gateway."""
    return f"http://127.0.0.1:{ports.take()}"


@pytest.fixture(scope="module")
def issuer(ports: Ports, address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A provider that runs."""
    node, port = shutil.which("node"), ports.take()
    assert node is not None
    facts = {"PORT": str(port), "PANEL": address, "LIFETIME": str(LIFETIME_S)}
    log = tmp_path_factory.mktemp("provider") / "log"
    process = Process("provider", [node, PROVIDER], log=log, env=os.environ | facts)
    url = f"http://127.0.0.1:{port}"
    process.start()
    process.wait_until(lambda: answers(f"{url}/.well-known/openid-configuration"), START_S)
    yield url
    process.kill()


@pytest.fixture
def settings() -> dict[str, str]:
    """Of the gateway, beside those that all tests here have."""
    return {}


@pytest.fixture
def gateway(
    stack: Stack, issuer: str, address: str, settings: dict[str, str], tmp_path: Path
) -> Iterator[str]:
    """One more gateway of the stack, which takes the provider's tokens."""
    facts = {
        "ARGOT_AMQP_URL": stack.amqp_url,
        "ARGOT_PORT": address.rpartition(":")[2],
        "ARGOT_STORAGE_PUBLIC_ENDPOINT": stack.storage.address.endpoint,
        "ARGOT_PANEL_DIR": str(PANEL),
        "ARGOT_JWKS_URL": f"{issuer}/jwks",
        "ARGOT_JWT_ISSUER": issuer,
        "ARGOT_JWT_AUDIENCE": AUDIENCE,
        "ARGOT_OIDC_AUTHORITY": issuer,
        "ARGOT_OIDC_CLIENT_ID": "argot",
        "ARGOT_OIDC_AUDIENCE": AUDIENCE,
    }
    process = Process(
        "gateway",
        [sys.executable, "-m", "services.gateway"],
        log=tmp_path / "gateway.log",
        env=os.environ | facts | settings,
    )
    process.start()
    process.wait_until(lambda: answers(f"{address}/healthz"), START_S)
    yield address
    process.kill()


@pytest.fixture
def window(browser: Browser, gateway: str) -> Iterator[BrowserContext]:
    """At that gateway."""
    opened = browser.new_context(base_url=gateway, locale="en-GB", reduced_motion="reduce")
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    opened.close()


def answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False


def sign_in(page: Page, organisation: str) -> None:
    """At the provider, which also asks whether the panel may know."""
    page.get_by_placeholder("Enter any login").fill(f"Ann@{organisation}")
    page.get_by_placeholder("and password").fill("anything")
    button(page, "Sign-in").click()
    button(page, "Continue").click()


def until(holds: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def asks_for_token(request: Request) -> bool:
    return request.url.endswith("/token")


def bearer(request: Request) -> str | None:
    return request.headers.get("authorization") if "/api/v1/" in request.url else None


def test_signing_in_leads_to_the_page_that_was_asked_for(page: Page, organisation: str) -> None:
    page.goto("/custom-models?from=mail")
    expect(page.get_by_role("heading", name="Sign in to Argot")).to_be_visible()
    button(page, "Continue").click()
    sign_in(page, organisation)
    expect(page).to_have_url("/custom-models?from=mail")
    button(page.get_by_role("dialog"), "Got it").click()
    expect(page.get_by_role("heading", name="Custom Models", exact=True)).to_be_visible()
    expect(page.get_by_text("The house of Ann")).to_be_visible()
    page.reload()
    expect(page.get_by_text("The house of Ann")).to_be_visible()


@pytest.mark.parametrize(
    "settings",
    [{}, {"ARGOT_OIDC_CLIENT_ID": "argot-without-refresh"}],
    ids=["by a refresh token", "in a hidden frame"],
)
def test_who_works_on_sees_nothing_of_a_renewal(page: Page, organisation: str, api: Client) -> None:
    page.goto("/glossary")
    button(page, "Continue").click()
    with page.expect_request(bearer) as asked:
        sign_in(page, organisation)
    first = bearer(asked.value)
    button(page, "Add entry").first.click()
    page.get_by_label("Term").fill("asterix")
    page.get_by_label("Replacement").fill("Asterisk")
    page.wait_for_function(HAS_ANOTHER, arg=str(first).removeprefix("Bearer "))
    with page.expect_request(bearer) as asked:
        button(page, "Save").click()
    assert bearer(asked.value) != first
    expect(toast(page, "Glossary saved successfully")).to_be_visible()
    (entry,) = api.glossary()
    assert entry.replacement == "Asterisk"


def test_a_draft_outlives_a_token_that_could_not_be_renewed_in_time(
    page: Page, organisation: str, api: Client, gateway: str
) -> None:
    page.goto("/glossary")
    button(page, "Continue").click()
    with page.expect_request(bearer) as asked:
        sign_in(page, organisation)
    first = {"Authorization": str(bearer(asked.value))}
    button(page, "Add entry").first.click()
    page.get_by_label("Term").fill("asterix")
    page.get_by_label("Replacement").fill("Asterisk")
    # Before its end, and at its end.
    for _ in range(2):
        with page.expect_event("requestfailed", asks_for_token, timeout=RENEWAL_MS):
            page.context.set_offline(True)

    def first_has_ended() -> bool:
        answer = httpx.get(f"{gateway}/api/v1/me", headers=first)
        return answer.status_code == httpx.codes.UNAUTHORIZED

    until(first_has_ended, START_S)
    page.context.set_offline(False)
    button(page, "Save").click()
    expect(toast(page, "Glossary saved successfully")).to_be_visible()
    (entry,) = api.glossary()
    assert entry.replacement == "Asterisk"


def test_who_is_out_at_the_provider_signs_in_again(page: Page, organisation: str) -> None:
    page.goto("/glossary")
    button(page, "Continue").click()
    sign_in(page, organisation)
    expect(page.get_by_role("heading", name="Glossary")).to_be_visible()
    refusal = {"error": "invalid_grant"}
    page.route("**/token", lambda route: route.fulfill(status=400, json=refusal))
    page.route("**/api/v1/**", lambda route: route.fulfill(status=401))
    page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link").click()
    expect(page.get_by_role("heading", name="Sign in to Argot")).to_be_visible()


def test_signing_out_ends_it_at_the_provider_too(page: Page, organisation: str) -> None:
    page.goto("/")
    button(page, "Continue").click()
    sign_in(page, organisation)
    page.get_by_role("button", name="Account").click()
    page.get_by_role("menuitem", name="Sign out").click()
    button(page, "Yes, sign me out").click()
    expect(page.get_by_role("heading", name="Sign in to Argot")).to_be_visible()
    button(page, "Continue").click()
    expect(page.get_by_placeholder("Enter any login")).to_be_visible()


def test_who_says_no_at_the_provider_is_told_so_and_may_try_again(
    page: Page, organisation: str, violations: Violations
) -> None:
    page.goto("/glossary")
    expect(button(page, "Continue")).to_be_visible()
    assert not violations(page)
    button(page, "Continue").click()
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", name="Signing in failed")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("The sign-in was refused")
    assert not violations(page)
    button(page, "Try again").click()
    button(page, "Continue").click()
    sign_in(page, organisation)
    expect(page.get_by_role("heading", name="Glossary")).to_be_visible()


@pytest.mark.parametrize(
    "settings",
    [{"ARGOT_JWT_AUDIENCE": "https://other.test/"}, {"ARGOT_OIDC_AUDIENCE": ""}],
    ids=["of another audience", "of no audience"],
)
def test_a_token_that_is_not_for_the_gateway_is_refused(page: Page, organisation: str) -> None:
    page.goto("/")
    button(page, "Continue").click()
    sign_in(page, organisation)
    expect(page.get_by_role("status")).to_contain_text("does not accept this sign-in")
    expect(button(page, "Continue")).to_be_visible()
