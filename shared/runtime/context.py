"""The request that a piece of work belongs to, from HTTP through calls and events to workers."""

import secrets
from collections.abc import Mapping
from typing import Any

import structlog

FIELDS = ("request_id", "traceparent")


def new_traceparent() -> str:
    """A W3C trace context for work that nobody traces yet."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def bind(data: Mapping[str, Any]) -> None:
    """Bind the request of `data` to the current greenlet or thread; a missing one is made."""
    structlog.contextvars.clear_contextvars()
    traceparent = data.get("traceparent") or new_traceparent()
    request_id = data.get("request_id") or secrets.token_hex(8)
    structlog.contextvars.bind_contextvars(request_id=request_id, traceparent=traceparent)


def current() -> dict[str, str]:
    """The bound request, as headers for the next hop."""
    bound = structlog.contextvars.get_contextvars()
    return {field: bound[field] for field in FIELDS if field in bound}
