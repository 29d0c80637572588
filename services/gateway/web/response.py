"""Answers on the wire, errors among them."""

from http import HTTPStatus
from typing import Any, NamedTuple

from pydantic_core import to_json

from shared.errors import ArgotError

JSON = "application/json"
PROBLEM = "application/problem+json"
RETRY_AFTER_S = 2

Headers = tuple[tuple[str, str], ...]


class Response(NamedTuple):
    """Status, headers, body."""

    status: int
    headers: Headers
    body: bytes

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


def problem(error: ArgotError, headers: Headers = ()) -> Response:
    """The problem document (RFC 9457) of an error: the only way that one leaves the gateway."""
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
    if error.code == "unauthenticated":
        headers += (("WWW-Authenticate", "Bearer"),)
    if error.code == "service-unavailable":
        headers += (("Retry-After", str(RETRY_AFTER_S)),)
    return Response(error.kind.status, (("Content-Type", PROBLEM), *headers), encode(document))
