"""Problem documents and the encoding of answers."""

import json

import pytest

from services.gateway.limits import RateLimited
from services.gateway.web.response import Response, encode, event, problem, revalidated
from shared.errors import ERRORS, ArgotError

AS_JSON = (("Content-Type", "application/json"),)
LIST = b'{"items":[]}'


def document(response: Response) -> dict[str, object]:
    parsed: dict[str, object] = json.loads(response.body)
    return parsed


def tag_of(body: bytes) -> str:
    return dict(revalidated(200, AS_JSON, body, "").headers)["ETag"]


@pytest.mark.parametrize("code", ERRORS)
def test_each_code_has_its_status_and_title(code: str) -> None:
    response = problem(ArgotError(code, "because"))
    assert document(response) == {
        "type": f"urn:argot:problem:{code}",
        "title": ERRORS[code].title,
        "status": ERRORS[code].status,
        "detail": "because",
        "code": code,
    }
    assert response.status == ERRORS[code].status
    assert ("Content-Type", "application/problem+json") in response.headers
    assert response.status_line.startswith(f"{response.status} ")


def test_faults_and_extra_members() -> None:
    faults = [{"code": "invalid-request", "message": "Too short", "field": "name"}]
    extra = {"unmatched_audio": ["a.wav"], "status": ["mine"]}
    found = document(problem(ArgotError("unmatched-audio", errors=faults, extra=extra)))
    assert (found["errors"], found["unmatched_audio"]) == (faults, ["a.wav"])
    assert found["status"] == 409


def test_headers_of_a_refusal() -> None:
    assert ("WWW-Authenticate", "Bearer") in problem(ArgotError("unauthenticated")).headers
    assert "Retry-After" in dict(problem(ArgotError("service-unavailable")).headers)
    assert "Retry-After" not in dict(problem(ArgotError("ffmpeg_unavailable")).headers)


def test_no_number_is_null() -> None:
    assert encode({"loss": float("nan"), "name": "é"}) == '{"loss":null,"name":"é"}'.encode()


def test_too_many_requests_say_when_to_come_again() -> None:
    response = problem(RateLimited(7))
    assert (response.status, dict(response.headers)["Retry-After"]) == (429, "7")


def test_a_tag_is_the_contents() -> None:
    assert tag_of(LIST) == tag_of(LIST[:])
    assert tag_of(LIST) != tag_of(b"{}")


@pytest.mark.parametrize("known", ["{}", "W/{}", '"old", {}', '"old",W/{} , "x"', "*"])
def test_what_a_client_has_already_is_not_sent(known: str) -> None:
    tag = tag_of(LIST)
    again = revalidated(200, AS_JSON, LIST, known.format(tag))
    assert (again.status, again.body, dict(again.headers)) == (304, b"", {"ETag": tag})
    assert again.cache == "private, no-cache"


@pytest.mark.parametrize("known", ["", "x", '"old"', ",", "W/", '"*"'])
def test_what_has_changed_is_sent(known: str) -> None:
    sent = revalidated(200, AS_JSON, LIST, known)
    assert (sent.status, sent.body, sent.cache) == (200, LIST, "private, no-cache")


def test_no_text_ends_the_line_of_an_event() -> None:
    content = {"text": "Oui.\r\nNon.\u2028\u0085\x0b"}
    kind, data, *end = event("said", content).decode().split("\n")
    assert (kind, end) == ("event: said", ["", ""])
    assert data.splitlines() == [data]
    assert json.loads(data.removeprefix("data: ")) == content
