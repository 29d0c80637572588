"""What nameko and pika consumers share: reading a message, and what follows a failure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import ValidationError

from shared.errors import ArgotError
from shared.events.contract import REGISTRY, Event
from shared.runtime import topology

EventT = TypeVar("EventT", bound=Event)

ATTEMPT = "x-attempt"
ERROR = "x-error"


@dataclass(frozen=True)
class Delivery(Generic[EventT]):
    """One event as it came, `id` being its `ce-id`; `Database.once(id)` makes its effect single."""

    id: str
    event: EventT


class UnreadableError(Exception):
    """The message can never be handled: it is no event of this version of the code."""


class Destination(NamedTuple):
    """Where a failed message goes, and the headers that it bears there."""

    queue: str
    headers: dict[str, Any]


def event_name(headers: Mapping[str, Any]) -> str:
    """The event's name from `ce-type`; a retried message has lost its routing key."""
    parts = str(headers.get("ce-type", "")).split(".")
    if not headers.get("ce-id"):
        raise UnreadableError("no CloudEvents headers")
    match parts:
        case ["io", "argot", name, _version]:
            return name
    raise UnreadableError(f"no event type: {headers.get('ce-type')}")


def read(headers: Mapping[str, Any], body: bytes) -> Delivery[Any]:
    """The event of a message. Raises `UnreadableError`."""
    name = event_name(headers)
    if name not in REGISTRY:
        raise UnreadableError(f"unknown event {name}")
    try:
        return Delivery(str(headers["ce-id"]), REGISTRY[name].model_validate(json.loads(body)))
    except (ValidationError, ValueError) as error:
        raise UnreadableError(f"{name}: {type(error).__name__}") from error


def after_failure(service: str, headers: Mapping[str, Any], error: BaseException) -> Destination:
    """Retry with a growing delay; dead after the last attempt, or at once where unreadable."""
    attempt = _attempts(headers) + 1
    new = {**headers, ATTEMPT: attempt, ERROR: _described(error)}
    if isinstance(error, UnreadableError) or attempt >= topology.MAX_ATTEMPTS:
        return Destination(topology.dead_name(service), new)
    return Destination(topology.retry_name(service, attempt), new)


def _attempts(headers: Mapping[str, Any]) -> int:
    found = headers.get(ATTEMPT, 0)
    return found if isinstance(found, int) else topology.MAX_ATTEMPTS


def _described(error: BaseException) -> str:
    """The kind of error, and what it says where that cannot be a customer's text."""
    if isinstance(error, UnreadableError | ArgotError):
        return f"{type(error).__name__}: {error}"[:500]
    return type(error).__name__
