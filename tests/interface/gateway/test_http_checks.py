"""The contract's order of checks, and what refusals look like."""

import json
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest

Bearer = Callable[..., dict[str, str]]

MODELS = "/api/v1/custom-models"
ADMIN = "/api/v1/admin/organisations"
ALIGNMENT = {"language": "fr", "audio": {"name": "a.mp3", "size": 1}, "transcript": "a"}


def code(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem document, which must be one."""
    assert response.headers["Content-Type"] == "application/problem+json"
    document = response.json()
    assert {"type", "title", "status", "detail", "code"} <= document.keys()
    assert document["status"] == response.status_code
    return response.status_code, document["code"]


def test_401_comes_before_all_else(http: httpx.Client, bearer: Bearer) -> None:
    expired = bearer("poor", exp=1)
    for headers in ({}, expired, {"Authorization": "Bearer x.y.z"}, {"Authorization": "Basic eA"}):
        response = http.delete(f"{MODELS}/unknown", headers=headers)
        assert code(response) == (401, "unauthenticated")
        assert response.headers["WWW-Authenticate"] == "Bearer"


def test_the_feature_comes_before_the_role(http: httpx.Client, bearer: Bearer) -> None:
    for path in ("", "/unknown", "/unknown/datasets", "/unknown/artifact"):
        response = http.get(MODELS + path, headers=bearer("poor"))
        assert code(response) == (403, "feature-not-available")
    response = http.delete(f"{MODELS}/unknown", headers=bearer("poor", []))
    assert code(response) == (403, "feature-not-available")


def test_the_role_comes_before_404(http: httpx.Client, bearer: Bearer) -> None:
    assert code(http.delete(f"{MODELS}/unknown", headers=bearer())) == (403, "forbidden")
    for role in ("admin", "sysop"):
        response = http.delete(f"{MODELS}/unknown", headers=bearer(roles=[role]))
        assert code(response) == (404, "custom-model-not-found")


@pytest.mark.parametrize(
    ("method", "path", "missing"),
    [
        ("PATCH", f"{MODELS}/unknown", "custom-model-not-found"),
        ("POST", f"{MODELS}/unknown/uploads", "custom-model-not-found"),
        ("POST", f"{MODELS}/unknown/train", "custom-model-not-found"),
        ("GET", f"{MODELS}/unknown/datasets?limit=0", "custom-model-not-found"),
        ("GET", f"{MODELS}/un%00known", "custom-model-not-found"),
        ("POST", "/api/v1/uploads/unknown/parts", "upload-not-found"),
        ("GET", "/api/v1/transcriptions/unknown/result?format=exe", "not-found"),
        ("GET", "/api/v1/alignments/unknown/result?format=exe", "not-found"),
    ],
)
def test_404_comes_before_422(
    http: httpx.Client, bearer: Bearer, method: str, path: str, missing: str
) -> None:
    body = None if method == "GET" else {"unheard": "of"}
    assert code(http.request(method, path, json=body, headers=bearer())) == (404, missing)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", MODELS, {"name": " é ", "language": "fr"}),
        ("POST", MODELS, {"name": "x" * 201, "language": "fr"}),
        ("POST", MODELS, {"name": "a\u0000b", "language": "fr"}),
        ("POST", MODELS, {"name": "fine", "language": "fr\u0000"}),
        ("POST", MODELS, {"name": "fine", "language": "fr", "unheard": "of"}),
        ("POST", MODELS, {"name": "fine"}),
        ("POST", MODELS, ["name"]),
        ("PATCH", f"{MODELS}/m1", {"name": 12}),
        ("POST", f"{MODELS}/m1/uploads", {"type": "VIDEO", "files": [{"name": "a", "size": 1}]}),
        ("POST", f"{MODELS}/m1/uploads", {"type": "auto", "files": []}),
        ("POST", f"{MODELS}/m1/uploads", {"type": "auto", "files": [{"name": "a", "size": "1"}]}),
        ("POST", f"{MODELS}/m1/train", {"skip_unmatched": "yes"}),
        ("POST", f"{MODELS}/m1/train", None),
        ("POST", f"{MODELS}/m1/validation", {"unheard": "of"}),
        ("POST", f"{MODELS}/m1/validation", None),
        ("POST", "/api/v1/uploads/u1/parts", {"part_numbers": []}),
        ("POST", "/api/v1/uploads/u1/complete", {"unheard": "of"}),
        ("POST", "/api/v1/transcriptions", {"language": "fr", "name": "a.mp3", "size": 1.5}),
        ("POST", "/api/v1/alignments", {"language": "fr", "name": "a.mp3", "size": 1}),
        ("POST", "/api/v1/alignments", ALIGNMENT | {"transcript": ""}),
        ("POST", "/api/v1/alignments", ALIGNMENT | {"transcript": None}),
        ("POST", "/api/v1/alignments", ALIGNMENT | {"audio": {"name": "a.mp3", "size": 0}}),
        ("PUT", f"{ADMIN}/acme/plan", {"features": ["flying"]}),
        ("PUT", f"{ADMIN}/acme/publications/fr", {"unheard": "of"}),
    ],
)
def test_a_body_that_does_not_validate(
    http: httpx.Client, bearer: Bearer, method: str, path: str, body: Any
) -> None:
    headers = bearer(roles=["sysop"]) | {"Content-Type": "application/json"}
    response = http.request(method, path, content=json.dumps(body), headers=headers)
    assert code(response) == (422, "invalid-request")
    assert response.json()["errors"][0].keys() == {"code", "message", "field"}


@pytest.mark.parametrize("body", [b"{", b"\xff", b'"\\ud800"', b"[" * 5000, b"\x00"])
def test_a_body_that_is_no_json(http: httpx.Client, bearer: Bearer, body: bytes) -> None:
    headers = bearer() | {"Content-Type": "application/json"}
    assert code(http.post(MODELS, content=body, headers=headers)) == (422, "invalid-request")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/languages",
        "/api/v1/languages?for=fun",
        f"{MODELS}?limit=0",
        f"{MODELS}?limit=201",
        f"{MODELS}?limit=ten",
        f"{MODELS}?cursor=bad",
        f"{MODELS}/trained/trainings?limit=-1",
        "/api/v1/transcriptions/x1/result?format=exe",
        "/api/v1/alignments/y1/result?format=txt",
    ],
)
def test_a_query_that_does_not_validate(http: httpx.Client, bearer: Bearer, path: str) -> None:
    assert code(http.get(path, headers=bearer())) == (422, "invalid-request")


def test_a_fault_names_its_field(http: httpx.Client, bearer: Bearer) -> None:
    response = http.post(MODELS, json={"name": "x", "language": "fr"}, headers=bearer())
    assert response.json()["errors"][0]["field"] == "name"
    response = http.get("/api/v1/languages?for=fun", headers=bearer())
    assert response.json()["errors"][0]["field"] == "for"


def test_media_types(http: httpx.Client, bearer: Bearer) -> None:
    new = json.dumps({"name": "fine", "language": "fr"})
    for media_type in ("text/plain", "application/x-www-form-urlencoded", ""):
        headers = bearer() | {"Content-Type": media_type}
        response = http.post(MODELS, content=new, headers=headers)
        assert code(response) == (415, "unsupported-media-type")
    headers = bearer() | {"Content-Type": "Application/JSON; charset=utf-8"}
    assert http.post(MODELS, content=new, headers=headers).status_code == 201


def test_bodies_in_chunks(http: httpx.Client, bearer: Bearer) -> None:
    headers = bearer() | {"Content-Type": "application/json"}
    content = iter([b'{"name": "fi', b'ne", "language": "fr"}'])
    assert http.post(MODELS, content=content, headers=headers).status_code == 201
    assert http.post(f"{MODELS}/m1/train", content=iter([]), headers=headers).status_code == 409


@pytest.mark.parametrize("size", [1024**2 + 1, 4 * 1024**2])
def test_a_body_that_is_too_large(http: httpx.Client, bearer: Bearer, size: int) -> None:
    headers = bearer() | {"Content-Type": "application/json"}
    whole = http.post(MODELS, content=b" " * size, headers=headers)
    chunks = http.post(MODELS, content=iter([b" " * size]), headers=headers)
    assert code(whole) == code(chunks) == (413, "payload-too-large")
    assert http.get("/api/v1/me", headers=headers).status_code == 200


def test_unknown_paths_and_methods(http: httpx.Client) -> None:
    for path in ("/", "/api/v1", "/api/v1/me/", "/api//v1/me", "/api/v2/me", "/%ff"):
        assert code(http.get(path)) == (404, "not-found")
    response = http.put("/api/v1/me")
    assert code(response) == (405, "method-not-allowed")
    assert response.headers["Allow"] == "GET, HEAD"
    assert code(http.post(f"{MODELS}/m1")) == (405, "method-not-allowed")
    assert code(http.request("BREW", "/api/v1/me")) == (405, "method-not-allowed")


def test_head_goes_where_get_goes(http: httpx.Client, bearer: Bearer) -> None:
    got, head = (http.request(each, "/api/v1/me", headers=bearer()) for each in ("GET", "HEAD"))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == got.headers["Content-Length"]
    assert http.head(f"{MODELS}/unknown", headers=bearer()).status_code == 404


HOSTILE = {
    "nul": "m1%00",
    "newline": "m1%0a",
    "slash": "m1%2Fdatasets",
    "dots": "%2e%2e%2f%2e%2e%2fme",
    "backslash": "..%5c..%5cme",
    "bad utf-8": "%ff%fe",
    "overlong utf-8": "%c0%af",
    "surrogate": "%ed%a0%80",
    "right-to-left": "%e2%80%ae1m",
    "long": "m" * 7000,
    "longer than a column": "m" * 201,
    "quotes": "m1'%20OR%20'1'='1",
    "percent": "%25s%25n",
    "query": "m1%3Fx=1",
}

ODD = {"backslash", "quotes", "percent", "query"}
"""But names of organisations all the same."""


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=list(HOSTILE))
@pytest.mark.parametrize(
    ("template", "missing"),
    [
        (MODELS + "/{}", "custom-model-not-found"),
        (MODELS + "/{}/trainings/t1", "custom-model-not-found"),
        (MODELS + "/m1/datasets/{}/download", "dataset-not-found"),
        ("/api/v1/uploads/{}", "upload-not-found"),
        ("/api/v1/transcriptions/{}", "not-found"),
        ("/api/v1/alignments/{}", "not-found"),
        (ADMIN + "/{}/plan", "not-found"),
    ],
)
def test_hostile_ids_do_not_exist(
    http: httpx.Client, bearer: Bearer, template: str, missing: str, hostile: str
) -> None:
    response = http.get(template.format(hostile), headers=bearer(roles=["sysop"]))
    assert code(response) == (404, missing)
    assert http.get("/api/v1/me", headers=bearer()).status_code == 200


@pytest.mark.parametrize("kind", sorted(HOSTILE.keys() - ODD))
def test_hostile_organisations_get_nothing(http: httpx.Client, bearer: Bearer, kind: str) -> None:
    hostile = HOSTILE[kind]
    at = f"{ADMIN}/{hostile}/publications/fr"
    assert code(http.put(at, headers=bearer(roles=["sysop"]))) == (404, "not-found")


def test_an_id_beyond_all_limits(http: httpx.Client, bearer: Bearer) -> None:
    assert http.get(f"{MODELS}/{'m' * 10_000}", headers=bearer()).status_code == 414


@pytest.mark.parametrize("query", ["cursor=%00", "cursor=%ff", "limit=%00", "limit=1e1", "limit="])
def test_hostile_queries(http: httpx.Client, bearer: Bearer, query: str) -> None:
    response = http.get(f"/api/v1/languages?for=training&{query}", headers=bearer())
    assert code(response) == (422, "invalid-request")


def test_unknown_parameters_of_a_query_are_not_looked_at(
    http: httpx.Client, bearer: Bearer
) -> None:
    for query in ("unheard=of", "%00=%ff", "&".join(f"p{number}=" for number in range(500))):
        assert http.get(f"{MODELS}?{query}", headers=bearer()).status_code == 200
    first = http.get(f"{MODELS}?limit=2&limit=200", headers=bearer())
    assert len(first.json()["items"]) == 2


@pytest.mark.parametrize("key", [b"k" * 256, b"\xff\x80\x9f", b"a\tb", b"k" * 5000], ids=repr)
def test_hostile_idempotency_keys(http: httpx.Client, bearer: Bearer, key: bytes) -> None:
    body = {"name": "fine", "language": "fr"}
    given = {each: text.encode() for each, text in bearer().items()} | {"Idempotency-Key": key}
    response = http.post(MODELS, json=body, headers=given)
    assert code(response) == (422, "invalid-request")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([b"Idempotency-Key: a\x00b"], 422),
        ([b"Idempotency-Key: " + b"k" * 70_000], 400),
        ([b"Content-Length: 3", b"Content-Length: 30"], 400),
        ([b"Content-Length: 3", b"Transfer-Encoding: chunked"], 400),
        ([b"Content-Length: three"], 400),
        ([b"X-Header: x"] * 300, 431),
    ],
    ids=["nul", "huge", "two lengths", "length and chunks", "no number", "many"],
)
def test_headers_that_no_client_sends(
    stack: Any, bearer: Bearer, headers: list[bytes], status: int
) -> None:
    lines = [
        b"POST /api/v1/custom-models HTTP/1.1",
        b"Host: argot",
        b"Connection: close",
        b"Content-Type: application/json",
        f"Authorization: {bearer()['Authorization']}".encode(),
        *headers,
    ]
    if not any(each.startswith((b"Content-Length", b"Transfer")) for each in headers):
        lines.append(b"Content-Length: 33")
    with socket.create_connection(("127.0.0.1", stack.port), timeout=10) as connection:
        connection.sendall(b"\r\n".join(lines) + b'\r\n\r\n{"name": "fine", "language": "fr"}')
        answer = connection.makefile("rb").readline()
    assert answer.split()[1] == str(status).encode(), answer
    assert stack.alive()


def test_headers_that_come_twice(http: httpx.Client, bearer: Bearer) -> None:
    authorization = bearer()["Authorization"]
    twice = [("Authorization", authorization), ("Authorization", authorization)]
    assert code(http.get("/api/v1/me", headers=twice)) == (401, "unauthenticated")
    two_types = [
        ("Authorization", authorization),
        ("Content-Type", "text/plain"),
        ("Content-Type", "application/json"),
    ]
    refused = http.post(MODELS, content=b"{}", headers=two_types)
    assert code(refused) == (415, "unsupported-media-type")


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer \xff", "Bearer " + "x" * 6000])
def test_hostile_tokens(http: httpx.Client, value: str) -> None:
    response = http.get("/api/v1/me", headers={b"Authorization": value.encode("latin1")})
    assert code(response) == (401, "unauthenticated")


def test_a_token_with_ids_that_no_database_can_hold(http: httpx.Client, bearer: Bearer) -> None:
    for claims in ({"org": "a\0b"}, {"org": "x" * 201}, {"sub": "\n"}, {"parent_org": "\ud800"}):
        assert code(http.get("/api/v1/me", headers=bearer(**claims))) == (401, "unauthenticated")


def test_admin_routes_are_for_sysops(http: httpx.Client, bearer: Bearer) -> None:
    admin = bearer(roles=["admin", "user"])
    for method, path in (
        ("GET", "plan"),
        ("PUT", "plan"),
        ("PUT", "publications/fr"),
        ("DELETE", "publications/fr"),
        ("GET", "claims"),
    ):
        own = http.request(method, f"{ADMIN}/acme/{path}", headers=admin)
        other = http.request(method, f"{ADMIN}/globex/{path}", headers=admin)
        assert code(own) == (403, "forbidden")
        assert code(other) == (404, "not-found")


def test_an_error_that_nobody_expected_says_nothing(http: httpx.Client, bearer: Bearer) -> None:
    response = http.get(f"{MODELS}/broken", headers=bearer())
    assert code(response) == (500, "internal-error")
    assert "secret" not in response.text
    assert "RuntimeError" not in response.text


def test_the_request_reaches_the_neighbour(http: httpx.Client, bearer: Bearer) -> None:
    trace = f"00-{'a' * 32}-{'b' * 16}-01"
    headers = bearer() | {"X-Request-Id": "from-the-proxy.1", "traceparent": trace}
    response = http.get(f"{MODELS}/echo", headers=headers)
    assert response.headers["X-Request-Id"] == "from-the-proxy.1"
    assert response.json()["name"] == f"from-the-proxy.1 {trace}"


def test_a_request_id_that_is_not_sane_is_replaced(http: httpx.Client, bearer: Bearer) -> None:
    for given in ("", "a b", "x" * 200, "<script>"):
        response = http.get(f"{MODELS}/echo", headers=bearer() | {"X-Request-Id": given})
        made = response.headers["X-Request-Id"]
        assert made != given
        assert response.json()["name"].startswith(f"{made} 00-")
