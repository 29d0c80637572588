"""Answers on the wire, errors among them."""

import json
from collections.abc import Iterator
from hashlib import blake2b
from http import HTTPStatus
from typing import Any, NamedTuple

from pydantic_core import to_json

from services.gateway.limits import RateLimited
from shared.errors import ArgotError

JSON = "application/json"
PROBLEM = "application/problem+json"
RETRY_AFTER_S = 2
NO_STORE = "no-store"
REVALIDATE = "private, no-cache"
"""A browser keeps the answer, and asks each time whether it is still the same."""

Headers = tuple[tuple[str, str], ...]


class Response(NamedTuple):
    """Status, headers, body, and who may keep it; a body in pieces is sent as they come."""

    status: int
    headers: Headers
    body: bytes | Iterator[bytes]
    cache: str = NO_STORE

    @property
    def status_line(self) -> str:
        """Such as `404 Not Found`."""
        return f"{self.status} {HTTPStatus(self.status).phrase}"


def encode(content: Any) -> bytes:
    """Text and bytes as they are; models and JSON values as JSON, with null for NaN."""
    if isinstance(content, bytes):
        return content
    if isinstance(content, str):
        return content.encode()
    return to_json(content, inf_nan_mode="null")


def event(kind: str, content: dict[str, Any]) -> bytes:
    """A server-sent event. No text in it can end its line, since all of it is ASCII."""
    return f"event: {kind}\ndata: {json.dumps(content)}\n\n".encode()


def revalidated(status: int, headers: Headers, body: bytes, known: str) -> Response:
    """A response under the tag of its content; 304 where the `If-None-Match` names that."""
    tag = f'"{blake2b(body, digest_size=16).hexdigest()}"'
    named = {each.strip().removeprefix("W/") for each in known.split(",")} if known else set()
    if tag in named or "*" in named:
        return Response(HTTPStatus.NOT_MODIFIED, (("ETag", tag),), b"", REVALIDATE)
    return Response(status, (*headers, ("ETag", tag)), body, REVALIDATE)


def problem(error: ArgotError, headers: Headers = ()) -> Response:
    """The problem document (RFC 9457) of an error: how one leaves, except on OpenAI's routes."""
    document: dict[str, Any] = {
        "type": f"urn:argot:problem:{error.code}",
        "title": error.kind.title,
        "status": error.kind.status,
        "detail": error.detail,
        "code": error.code,
    }
    if error.errors:
        document["errors"] = error.errors
    document |= {name: value for name, value in error.extra.items() if name not in document}
    headers += refusal_headers(error)
    return Response(error.kind.status, (("Content-Type", PROBLEM), *headers), encode(document))


def refusal_headers(error: ArgotError) -> Headers:
    """How to prove who asks, or when to ask again, where that is what the error is about."""
    if error.code == "unauthenticated":
        return (("WWW-Authenticate", "Bearer"),)
    if error.code == "service-unavailable":
        return (("Retry-After", str(RETRY_AFTER_S)),)
    if isinstance(error, RateLimited):
        return (("Retry-After", str(error.retry_after)),)
    return ()
