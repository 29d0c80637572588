"""Errors as OpenAI's clients read them."""

import json
from typing import Any

import pytest

from services.gateway.limits import RateLimited
from services.gateway.web.openai_errors import (
    UnfinishedError,
    is_for_openai,
    openai_error,
    status_of,
)
from services.gateway.web.response import Response
from shared.errors import ERRORS, ArgotError


def document(response: Response) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(response.body)["error"]
    return parsed


@pytest.mark.parametrize("code", ERRORS)
def test_each_code_keeps_its_name(code: str) -> None:
    response = openai_error(ArgotError(code, "because"))
    found = document(response)
    assert found.keys() == {"message", "type", "param", "code"}
    assert (found["message"], found["param"], found["code"]) == ("because", None, code)
    assert response.status == (400 if ERRORS[code].status == 422 else ERRORS[code].status)
    assert response.status == status_of(code)
    assert ("Content-Type", "application/json") in response.headers


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("unauthenticated", "authentication_error"),
        ("language-not-published", "invalid_request_error"),
        ("not-found", "invalid_request_error"),
        ("invalid-request", "invalid_request_error"),
        ("rate-limited", "rate_limit_error"),
        ("internal-error", "server_error"),
        ("service-unavailable", "server_error"),
    ],
)
def test_the_type_follows_from_the_status(code: str, kind: str) -> None:
    assert document(openai_error(ArgotError(code)))["type"] == kind


def test_the_first_fault_names_the_parameter() -> None:
    faults = [{"code": "invalid-request", "message": "m", "field": name} for name in ("a", "b")]
    assert document(openai_error(ArgotError("invalid-request", errors=faults)))["param"] == "a"


def test_when_to_come_again() -> None:
    assert ("Retry-After", "7") in openai_error(RateLimited(7)).headers
    assert ("WWW-Authenticate", "Bearer") in openai_error(ArgotError("unauthenticated")).headers
    headers = openai_error(ArgotError("method-not-allowed"), (("Allow", "GET"),)).headers
    assert ("Allow", "GET") in headers


def test_what_would_only_be_sent_again_is_final() -> None:
    """A client that repeats by itself would have the same audio transcribed once more."""
    final = ("X-Should-Retry", "false")
    for code in ("not-ready-to-run", "ffmpeg_unavailable", "internal-error"):
        assert final in openai_error(ArgotError(code)).headers
    assert final not in openai_error(ArgotError("service-unavailable")).headers
    assert final in openai_error(UnfinishedError("service-unavailable")).headers


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/v1", True),
        ("/v1/", True),
        ("/v1/nowhere", True),
        ("/v10", False),
        ("/api/v1/me", False),
        ("/", False),
    ],
)
def test_which_paths_are_openais(path: str, found: bool) -> None:
    assert is_for_openai(path) == found
