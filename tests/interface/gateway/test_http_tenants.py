"""Two organisations on the real services: every route, every role, own things and another's.

The routes come from the OpenAPI document, and what they shall answer from `expectations.py`.
"""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import httpx
import pytest
from uuid6 import uuid7

from services.gateway import openapi
from services.gateway.routes import TABLE
from shared.runtime.local.storage import StorageAddress

from . import services as made
from .expectations import EXPECTED, ROLES, Expected
from .services import Services, Things

DOCUMENT = openapi.build(TABLE)
OPERATIONS = [
    (method.upper(), path)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
    if operation["security"]
]
ADMINISTRATION = [each for each in OPERATIONS if "{organisation_id}" in each[1]]
NAMED = [each for each in OPERATIONS if "{" in each[1]]
JSON = {"Content-Type": "application/json"}
CREATING = {
    "/custom-models": {"name": "Once {unique}", "language": "fr"},
    "/custom-models/{model_id}/uploads": {
        "type": "auto",
        "files": [{"name": "once.wav", "size": 5}, {"name": "once.exe", "size": 5}],
    },
    "/transcriptions": {"language": "fr", "name": "once.wav", "size": 5},
    "/alignments": {
        "language": "fr",
        "audio": {"name": "once.wav", "size": 5},
        "transcript": "Bonjour.",
    },
}
CHANGED = {
    "/custom-models": {"name": "Another {unique}"},
    "/custom-models/{model_id}/uploads": {"type": "AUDIO"},
    "/transcriptions": {"size": 6},
    "/alignments": {"transcript": "Bonsoir."},
}


@pytest.fixture(scope="module")
def argot(
    amqp_url: str,
    storage: StorageAddress,
    storage_bucket: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Services]:
    environment = {
        "ARGOT_AMQP_URL": amqp_url,
        "ARGOT_STORAGE_ENDPOINT": storage.endpoint,
        "ARGOT_STORAGE_ACCESS_KEY": storage.access_key,
        "ARGOT_STORAGE_SECRET_KEY": storage.secret_key,
        "ARGOT_STORAGE_BUCKET": storage_bucket,
        "ARGOT_FEATURES_CACHE_SECONDS": "60",
        "ARGOT_TRANSCRIPTION_WAIT_SECONDS": "0.2",
    }
    with Services(environment, tmp_path_factory.mktemp("services")) as running:
        with running.client("root", "sysop") as sysop:
            for org in ("acme", "globex", "reseller"):
                made.grant(sysop, org)
            made.grant(sysop, "sold", parent_org="reseller")
            at = f"/admin/organisations/acme/publications/{made.ONLY_ACME}"
            sysop.put(at).raise_for_status()
        yield running


class Tenants:
    """A client for each organisation and role, and what acme has."""

    def __init__(self, argot: Services, leaving: ExitStack) -> None:
        self._clients = {
            (org, role): leaving.enter_context(argot.client(org, *filter(None, [role])))
            for org in ("acme", "globex")
            for role in ROLES
        }
        self.own = self["acme", "user"]
        self.things = made.new_things(self.own, "acme")

    def __getitem__(self, who: tuple[str, str]) -> httpx.Client:
        return self._clients[who]

    def fresh(self, path: str) -> Things:
        """Things whose last one in the path may be used up."""
        known = vars(self.things)
        if path.endswith("{model_id}"):
            known = known | {"model_id": made.new_model(self.own)}
        elif path.endswith("{dataset_id}"):
            dataset_id = made.new_dataset(self.own, self.things.model_id)
            known = known | {"dataset_id": dataset_id}
        elif path.endswith("{transcription_id}"):
            known = known | {"transcription_id": made.new_transcription(self.own)}
        elif path.endswith("{alignment_id}"):
            known = known | {"alignment_id": made.new_alignment(self.own)}
        else:
            known = known | {"upload_id": made.new_upload(self.own, self.things.model_id)}
        return Things(**known)

    def state(self) -> list[Any]:
        """All that acme sees of its things."""
        at = "/custom-models/{model_id}"
        templates = [at, f"{at}/datasets", f"{at}/trainings", "/uploads/{upload_id}"]
        templates += ["/transcriptions/{transcription_id}", "/alignments/{alignment_id}"]
        templates += ["/languages?for=transcription", "/transcriptions", "/alignments"]
        return [self.own.get(self.things.path(each)).json() for each in templates]


@pytest.fixture(scope="module")
def tenants(argot: Services) -> Iterator[Tenants]:
    with ExitStack() as leaving:
        yield Tenants(argot, leaving)


def ask(http: httpx.Client, method: str, path: str, things: Things) -> httpx.Response:
    expected = EXPECTED[method, path]
    body = None
    if expected.body is not None:
        body = json.loads(json.dumps(expected.body).replace("{unique}", str(uuid7())))
    url = http.base_url.join(things.path(path))
    if expected.form is not None:
        return http.request(method, url, data=expected.form, files={"file": ("a.wav", b"Hello")})
    return http.request(method, url, json=body, params=expected.query)


def code(response: httpx.Response) -> str | None:
    if not response.is_error:
        return None
    problem = response.json()
    found: str = problem.get("error", problem)["code"]
    return found


def put_back(http: httpx.Client, operation: tuple[str, str], things: Things) -> None:
    """A publication that a sysop withdrew."""
    method, path = operation
    if method == "DELETE" and "publications" in path:
        ask(http, "PUT", path, things)


def name(value: Any) -> str:
    return " ".join(value) if isinstance(value, tuple) else value or "none"


def test_every_operation_has_its_expectation(argot: Services) -> None:
    assert set(OPERATIONS) == EXPECTED.keys()
    assert httpx.get(f"{argot.url}/openapi.json").json() == json.loads(json.dumps(DOCUMENT))


@pytest.mark.parametrize("operation", OPERATIONS, ids=name)
@pytest.mark.parametrize("role", ROLES, ids=name)
def test_own_things(tenants: Tenants, operation: tuple[str, str], role: str) -> None:
    expected = EXPECTED[operation]
    things = tenants.fresh(operation[1]) if expected.uses_up else tenants.things
    response = ask(tenants["acme", role], *operation, things)
    put_back(tenants["acme", role], operation, things)
    if role in expected.roles:
        assert (response.status_code, code(response)) == (expected.status, expected.code)
    else:
        assert (response.status_code, code(response)) == (403, "forbidden")


def foreign_answer(expected: Expected, role: str) -> tuple[int, str | None]:
    """A role that the route refuses to everybody is refused before anything is looked up."""
    if role == expected.global_role:
        return expected.status, expected.code
    if role not in expected.roles and expected.global_role is None:
        return 403, "forbidden"
    return 404, expected.foreign


@pytest.mark.parametrize("operation", NAMED, ids=name)
@pytest.mark.parametrize("role", ROLES, ids=name)
def test_things_of_another_organisation(
    tenants: Tenants, operation: tuple[str, str], role: str
) -> None:
    """They answer as what does not exist, nothing of them is told, and nothing happens to them."""
    expected = EXPECTED[operation]
    changes = operation[0] != "GET"
    before = tenants.state() if changes else None
    response = ask(tenants["globex", role], *operation, tenants.things)
    put_back(tenants["globex", role], operation, tenants.things)
    assert (response.status_code, code(response)) == foreign_answer(expected, role)
    if role != expected.global_role:
        unheard_of = Things(**dict.fromkeys(vars(tenants.things), str(uuid7())))
        absent = ask(tenants["globex", role], *operation, unheard_of)
        assert (absent.status_code, absent.content) == (response.status_code, response.content)
        assert "Location" not in response.headers
        assert "X-Amz" not in response.text
        assert not changes or tenants.state() == before


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if "{" not in each[1]], ids=name)
def test_lists_have_own_things_only(tenants: Tenants, operation: tuple[str, str]) -> None:
    response = ask(tenants["globex", "admin"], *operation, tenants.things)
    assert response.status_code == EXPECTED[operation].status
    ids = {text for text in vars(tenants.things).values() if len(text) == 36}
    assert not [each for each in ids if each in response.text]
    assert "acme" not in response.text


def test_anothers_things_do_not_show_under_an_own_model(tenants: Tenants) -> None:
    globex, things = tenants["globex", "admin"], tenants.things
    own_model = made.new_model(globex)
    at = f"/custom-models/{own_model}/datasets/{things.dataset_id}"
    for response in (globex.get(f"{at}/download"), globex.delete(at)):
        assert (response.status_code, code(response)) == (404, "dataset-not-found")
    training = globex.get(f"/custom-models/{own_model}/trainings/{things.training_id}")
    assert (training.status_code, code(training)) == (404, "training-not-found")


def test_a_transcription_is_no_alignment(tenants: Tenants) -> None:
    things = tenants.things
    for path in (
        f"/transcriptions/{things.alignment_id}",
        f"/alignments/{things.transcription_id}",
    ):
        own = tenants.own
        for response in (own.get(path), own.get(f"{path}/result"), own.delete(path)):
            assert (response.status_code, code(response)) == (404, "not-found")


@pytest.mark.parametrize("new", [made.new_transcription, made.new_alignment])
def test_a_job_is_deleted_once(tenants: Tenants, new: Callable[[httpx.Client], str]) -> None:
    path = f"/{new.__name__.removeprefix('new_')}s/{new(tenants.own)}"
    assert tenants.own.delete(path).status_code == 204
    for response in (tenants.own.delete(path), tenants.own.get(path)):
        assert (response.status_code, code(response)) == (404, "not-found")


@pytest.mark.parametrize("transcript", [" \n", "a\u0000b"])
def test_a_transcript_that_says_nothing(tenants: Tenants, transcript: str) -> None:
    body = CREATING["/alignments"] | {"transcript": transcript}
    response = tenants.own.post("/alignments", json=body)
    assert (response.status_code, code(response)) == (422, "invalid-request")
    assert response.json()["errors"][0]["field"] == "transcript"


def test_each_organisation_has_its_own_glossary(tenants: Tenants) -> None:
    mine, theirs = tenants["acme", "user"], tenants["globex", "user"]
    mine.put("/glossary", json={"items": [{"term": "a", "replacement": "b"}]}).raise_for_status()
    before = mine.get("/glossary")
    theirs.put("/glossary", json={"items": []}).raise_for_status()
    assert theirs.get("/glossary").json() == {"items": []}
    assert mine.get("/glossary").content == before.content
    twice = [{"term": "Été", "replacement": "b"}, {"term": "été", "replacement": "c"}]
    refused = mine.put("/glossary", json={"items": twice})
    assert (refused.status_code, code(refused)) == (422, "invalid-request")
    assert refused.json()["errors"][0]["field"] == "items.1.term"
    assert mine.get("/glossary").content == before.content


def test_a_signed_url_is_for_its_file_and_its_verb(tenants: Tenants) -> None:
    at = tenants.things.path("/custom-models/{model_id}/datasets/{dataset_id}/download")
    url = httpx.URL(tenants.own.get(at).headers["Location"])
    assert httpx.get(url).content == b"Bonjour."
    other = url.copy_with(path=url.path.replace("acme", "globex"))
    assert httpx.get(other).status_code == 403
    assert httpx.put(url, content=b"Adieu.").status_code == 403
    assert httpx.get(url.copy_with(query=None)).status_code == 403


@pytest.mark.parametrize("path", CREATING)
def test_a_repeat_under_a_key_is_answered_as_before(tenants: Tenants, path: str) -> None:
    at, key = tenants.things.path(path), {"Idempotency-Key": f"clé {uuid7()}"}
    key = {each: text.encode() for each, text in key.items()}  # type: ignore[misc]
    body = json.loads(json.dumps(CREATING[path]).replace("{unique}", str(uuid7())))
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: tenants.own.post(at, json=body, headers=key), range(8)))
    answers.append(tenants.own.post(at, content=json.dumps(body, indent=3), headers=key | JSON))
    assert {each.status_code for each in answers} == {201}
    assert len({each.content for each in answers}) == 1
    assert len({each.headers.get("Location") for each in answers}) == 1
    other = tenants.own.post(at, json=body | CHANGED[path], headers=key)
    assert (other.status_code, code(other)) == (422, "invalid-request")
    created = tenants.own.get("/custom-models?limit=200").json()["items"]
    assert sum(item["name"] == body.get("name") for item in created) == (path == "/custom-models")


@pytest.mark.parametrize("path", ["/transcriptions", "/alignments"])
def test_a_repeat_is_answered_though_its_language_was_withdrawn(
    argot: Services, tenants: Tenants, path: str
) -> None:
    key, body = {"Idempotency-Key": str(uuid7())}, CREATING[path] | {"language": made.ONLY_ACME}
    first = tenants.own.post(path, json=body, headers=key)
    assert first.status_code == 201
    at = f"/admin/organisations/acme/publications/{made.ONLY_ACME}"
    with argot.client("root", "sysop") as sysop:
        sysop.delete(at).raise_for_status()
        again = tenants.own.post(path, json=body, headers=key)
        other = tenants.own.post(path, json=body | CHANGED[path], headers=key)
        new = tenants.own.post(path, json=body, headers={"Idempotency-Key": str(uuid7())})
        sysop.put(at).raise_for_status()
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Location"] == first.headers["Location"]
    assert (other.status_code, code(other)) == (422, "invalid-request")
    assert (new.status_code, code(new)) == (403, "language-not-published")


def test_a_key_is_an_organisations_and_a_models(tenants: Tenants) -> None:
    key, body = {"Idempotency-Key": str(uuid7())}, CREATING["/transcriptions"]
    ids = {
        tenants[org, "user"].post("/transcriptions", json=body, headers=key).json()["id"]
        for org in ("acme", "globex")
    }
    assert len(ids) == 2
    body = CREATING["/custom-models/{model_id}/uploads"]
    at = "/custom-models/{}/uploads"
    first, second = made.new_model(tenants.own), made.new_model(tenants.own)
    assert tenants.own.post(at.format(first), json=body, headers=key).status_code == 201
    other = tenants.own.post(at.format(second), json=body, headers=key)
    assert (other.status_code, code(other)) == (422, "invalid-request")


def test_a_poll_of_what_is_still_the_same_costs_little(tenants: Tenants) -> None:
    at = tenants.things.path("/custom-models/{model_id}")
    for path in ("/custom-models", at, f"{at}/datasets", "/languages?for=training", "/me"):
        whole = tenants.own.get(path)
        assert whole.headers["Cache-Control"] == "private, no-cache"
        again = tenants.own.get(path, headers={"If-None-Match": whole.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == whole.headers["ETag"]
    tag = {"If-None-Match": tenants.own.get("/custom-models").headers["ETag"]}
    tenants.own.patch(at, json={"name": f"Now {uuid7()}"}).raise_for_status()
    assert tenants.own.get("/custom-models", headers=tag).status_code == 200


def test_all_languages_come_at_once_or_in_pages(tenants: Tenants) -> None:
    whole = tenants.own.get("/languages?for=training").json()
    assert whole["next_cursor"] is None
    found, cursor = [], None
    while True:
        query = {"for": "training", "limit": "50"} | ({"cursor": cursor} if cursor else {})
        page = tenants.own.get("/languages", params=query).json()
        assert len(page["items"]) <= 50
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == whole["items"]
    bad = tenants.own.get("/languages?for=training&cursor=nowhere")
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "cursor")


def test_a_page_of_languages_goes_on_where_its_last_item_is_gone(tenants: Tenants) -> None:
    sysop, query = tenants["globex", "sysop"], {"for": "transcription", "limit": "1"}
    at = "/admin/organisations/globex/publications"
    for key in ("it", "nl"):
        sysop.put(f"{at}/{key}").raise_for_status()
    first = {"next_cursor": ""}
    while first.get("items", [{"key": ""}])[0]["key"] != "nl":  # "Dutch" comes before "Italian"
        cursor = {"cursor": first["next_cursor"]} if first["next_cursor"] else {}
        first = sysop.get("/languages", params=query | cursor).json()

    sysop.delete(f"{at}/nl").raise_for_status()

    after = query | {"cursor": first["next_cursor"]}
    page = sysop.get("/languages", params=after).json()
    assert page["items"][0]["key"] in {"it", "fr"}


class TestResellers:
    """An admin of a reseller administers its own resellees, and nobody else."""

    @pytest.mark.parametrize("operation", ADMINISTRATION, ids=name)
    @pytest.mark.parametrize("role", ["", "user", "admin"], ids=name)
    def test_every_route(self, argot: Services, operation: tuple[str, str], role: str) -> None:
        expected = EXPECTED[operation]
        nothing = Things(*[""] * 7)
        with argot.client("reseller", *filter(None, [role])) as http:
            for org, otherwise in (("sold", 404), ("acme", 404), ("reseller", 403)):
                things = replace(nothing, organisation_id=org)
                response = ask(http, *operation, things)
                put_back(http, operation, things)
                allowed = (role, org) == ("admin", "sold")
                assert response.status_code == (expected.status if allowed else otherwise)
                assert code(response) == {404: "not-found", 403: "forbidden"}.get(
                    response.status_code
                )

    def test_a_resellee_of_a_token(self, argot: Services) -> None:
        mine = f"resellee-{uuid7()}"
        at = f"/admin/organisations/{mine}"
        with (
            argot.client("reseller", "admin") as admin,
            argot.client("reseller", "user") as user,
            argot.client(mine, "user", parent_org="reseller") as first,
            argot.client(mine, "user", parent_org="a rival") as second,
            argot.client(mine, "user") as plain,
            argot.client("a rival", "admin") as rival,
        ):
            assert code(admin.get(f"{at}/plan")) == "not-found"
            for http in (first, second, plain):
                assert http.get("/me").json()["organisation"]["is_resellee"] is True
            assert admin.put(f"{at}/plan", json=made.PLAN).status_code == 200
            assert admin.get(f"{at}/plan").json()["features"] == ["automatic_training"]
            assert admin.put(f"{at}/publications/fr").status_code == 204
            refused = admin.put(f"{at}/publications/de")
            assert (refused.status_code, code(refused)) == (403, "language-not-published")
            assert code(admin.put(f"{at}/publications/xx")) == "invalid-language"
            assert admin.get(f"{at}/claims").json()["items"] == []
            assert admin.delete(f"{at}/publications/fr").status_code == 204
            for other in (user, rival, first):
                answer = other.get(f"{at}/plan")
                own = other is first
                assert (answer.status_code, code(answer)) == (
                    (403, "forbidden") if own else (404, "not-found")
                )
            for path in ("reseller", "globex"):
                answer = admin.get(f"/admin/organisations/{path}/plan")
                assert answer.status_code == (403 if path == "reseller" else 404)

    def test_the_plan_of_a_sysop_decides(self, argot: Services) -> None:
        mine = f"resellee-{uuid7()}"
        at = f"/admin/organisations/{mine}/plan"
        with (
            argot.client("reseller", "admin") as admin,
            argot.client("a rival", "admin") as rival,
            argot.client(mine, "user", parent_org="reseller") as user,
            argot.client("root", "sysop") as sysop,
        ):
            assert user.get("/me").json()["organisation"]["is_resellee"] is True
            sysop.put(at, json=made.PLAN | {"parent_org": "a rival"}).raise_for_status()
            assert admin.get(at).status_code == 404
            assert rival.get(at).json()["parent_org"] == "a rival"
            given_away = rival.put(at, json=made.PLAN | {"parent_org": "reseller"})
            assert (given_away.status_code, code(given_away)) == (422, "invalid-request")
            assert rival.put(at, json=made.PLAN).json()["parent_org"] == "a rival"
            itself = sysop.put(at, json=made.PLAN | {"parent_org": mine})
            assert itself.json()["errors"][0]["field"] == "parent_org"
