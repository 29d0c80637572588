"""Problem documents and the encoding of answers."""

import json

import pytest

from services.gateway.limits import RateLimited
from services.gateway.web.response import Response, encode, problem, revalidated
from shared.errors import ERRORS, ArgotError


def document(response: Response) -> dict[str, object]:
    parsed: dict[str, object] = json.loads(response.body)
    return parsed


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
    whole = Response(200, (), b'{"items":[]}')
    tag = dict(revalidated(whole, "").headers)["ETag"]
    assert tag == dict(revalidated(Response(200, (), whole.body), "").headers)["ETag"]
    assert tag != dict(revalidated(Response(200, (), b"{}"), "").headers)["ETag"]


@pytest.mark.parametrize("known", ["{}", "W/{}", '"old", {}', '"old",W/{} , "x"', "*"])
def test_what_a_client_has_already_is_not_sent(known: str) -> None:
    whole = Response(200, (("Content-Type", "application/json"),), b'{"items":[]}')
    tag = dict(revalidated(whole, "").headers)["ETag"]
    again = revalidated(whole, known.format(tag))
    assert (again.status, again.body, dict(again.headers)) == (304, b"", {"ETag": tag})
    assert again.cache == "private, no-cache"


@pytest.mark.parametrize("known", ["", "x", '"old"', ",", "W/", '"*"'])
def test_what_has_changed_is_sent(known: str) -> None:
    whole = Response(200, (("Content-Type", "application/json"),), b'{"items":[]}')
    sent = revalidated(whole, known)
    assert (sent.status, sent.body, sent.cache) == (200, whole.body, "private, no-cache")
