"""The panel's files, and how its users sign in."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from .conftest import Stack

INDEX = "<!doctype html><title>Argot</title><div id=root></div>"
SCRIPT = "console.log('a panel');" * 100
STORAGE = "http://localhost:9000"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, amqp_url: str) -> Iterator[Stack]:
    built = tmp_path_factory.mktemp("dist")
    (built / "index.html").write_text(INDEX)
    (built / "assets").mkdir()
    (built / "assets/index-3f2a.js").write_text(SCRIPT)
    settings = {
        "panel_dir": built,
        "storage_public_endpoint": f"{STORAGE}/",
        "local_organisation": "demo",
        "upgrade_url": "https://plans.test/",
    }
    with Stack(tmp_path_factory.mktemp("gateway"), amqp_url, **settings) as running:
        yield running


@pytest.fixture(scope="module")
def browser(served: Stack) -> Iterator[httpx.Client]:
    with served.client(headers={"Accept": "text/html,*/*;q=0.8"}) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/custom-models", "/custom-models/m1", "/custom-models/%2e"])
def test_each_page_is_the_panel(browser: httpx.Client, path: str) -> None:
    page = browser.get(path)
    assert (page.status_code, page.text) == (200, INDEX)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Cache-Control"] == "public, no-cache"


def test_a_page_reaches_this_site_and_storage_alone(browser: httpx.Client) -> None:
    rules = dict(
        rule.split(" ", 1)
        for rule in browser.get("/").headers["Content-Security-Policy"].split("; ")
    )
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == "'self'"
    assert rules["connect-src"] == f"'self' {STORAGE}"


def test_hashed_files_are_kept_for_good(browser: httpx.Client) -> None:
    script = browser.get("/assets/index-3f2a.js")
    assert (script.status_code, script.text) == (200, SCRIPT)
    assert script.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert script.headers["Content-Type"].startswith("text/javascript")


def test_files_are_packed_for_those_who_can_unpack(browser: httpx.Client) -> None:
    plain = browser.get("/assets/index-3f2a.js", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    with browser.stream("GET", "/assets/index-3f2a.js") as packed:
        assert packed.headers["Content-Encoding"] == "gzip"
        raw = b"".join(packed.iter_raw())
    assert len(raw) < len(plain.content) / 10
    assert gzip.decompress(raw) == plain.content
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert packed.headers["Vary"] == "Accept-Encoding"


def test_a_page_that_is_known_is_not_sent_again(browser: httpx.Client) -> None:
    tag = browser.get("/").headers["ETag"]
    again = browser.get("/custom-models", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    ["/api/v1/unheard-of", "/v1/unheard-of", "/assets/gone-1a2b.js", "/panel/unheard-of"],
)
def test_what_is_no_page_is_not_found(browser: httpx.Client, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_programs_are_told_what_is_not_there(served: Stack, browser: httpx.Client) -> None:
    answer = httpx.get(f"{served.url}/custom-model", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert browser.post("/custom-models").status_code == 404


@pytest.mark.parametrize("path", ["/../pyproject.toml", "/assets/..%2f..%2fsecret", "//etc/passwd"])
def test_nothing_outside_of_the_folder_is_served(browser: httpx.Client, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 404 or answer.text == INDEX


def test_anybody_here_signs_in_with_a_role(browser: httpx.Client) -> None:
    answer = browser.get("/panel/settings.json")
    assert answer.headers["Cache-Control"] == "no-store"
    settings = answer.json()
    assert settings["upgrade_url"] == "https://plans.test/"
    users = settings["sign_in"]["users"]
    assert [user["role"] for user in users] == ["user", "admin", "sysop"]
    for user in users:
        bearer = {"Authorization": f"Bearer {user['token']}"}
        me = browser.get("/api/v1/me", headers=bearer).json()
        assert me["user"]["roles"] == [user["role"]]
        assert me["organisation"]["id"] == "demo"


@pytest.mark.parametrize("host", ["evil.test", "localhost.evil.test", "127.0.0.1.nip.io", ""])
def test_a_name_that_leads_here_gets_no_tokens(browser: httpx.Client, host: str) -> None:
    assert browser.get("/panel/settings.json", headers={"Host": host}).json()["sign_in"] is None


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"])
def test_a_proxy_that_names_this_machine_gets_no_tokens(browser: httpx.Client, header: str) -> None:
    answer = browser.get("/panel/settings.json", headers={header: "198.51.100.7"})
    assert answer.json()["sign_in"] is None


def test_where_browsers_elsewhere_reach_storage_nobody_gets_tokens(
    tmp_path: Path, amqp_url: str
) -> None:
    built = tmp_path / "dist"
    built.mkdir()
    (built / "index.html").write_text(INDEX)
    settings = {
        "panel_dir": built,
        "storage_public_endpoint": "http://storage.test:9000",
        "local_organisation": "demo",
    }
    with Stack(tmp_path, amqp_url, **settings) as running, running.client() as client:
        assert client.get("/panel/settings.json").json()["sign_in"] is None


def test_openid_connect(tmp_path: Path, amqp_url: str) -> None:
    built = tmp_path / "dist"
    built.mkdir()
    (built / "index.html").write_text(INDEX)
    settings = {
        "panel_dir": built,
        "storage_public_endpoint": STORAGE,
        "oidc_authority": "https://id.test/realms/acme",
        "oidc_client_id": "argot",
    }
    with Stack(tmp_path, amqp_url, **settings) as running, running.client() as client:
        assert client.get("/panel/settings.json").json()["sign_in"] == {
            "kind": "oidc",
            "authority": "https://id.test/realms/acme",
            "client_id": "argot",
            "scope": "openid profile",
            "audience": None,
        }
        page = client.get("/", headers={"Accept": "text/html"})
        assert "https://id.test" in page.headers["Content-Security-Policy"]


def test_without_a_panel_there_are_no_pages(stack: Stack) -> None:
    answer = httpx.get(f"{stack.url}/", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert httpx.get(f"{stack.url}/panel/settings.json").json() == {
        "sign_in": None,
        "upgrade_url": None,
    }
