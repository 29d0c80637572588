"""The broker from a terminal: a connection, and all events as they pass."""

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingConnection
from pika.exceptions import AMQPError

from argot.errors import ExpectedError
from shared.events import catalog, ingest, quota, trainer, transcriber  # noqa: F401 (registers)
from shared.events.contract import REGISTRY

PUBLISHERS = sorted({event.publisher for event in REGISTRY.values()})
WAIT_SECONDS = 0.25

# What goes wrong is raised, and said in one sentence.
logging.getLogger("pika").setLevel(logging.CRITICAL)


@contextmanager
def connected(amqp_url: str) -> Iterator[BlockingConnection]:
    """A connection; what goes wrong with the broker is an `ExpectedError`."""
    try:
        with BlockingConnection(pika.URLParameters(amqp_url)) as connection:
            yield connection
    except AMQPError as error:
        reason = str(error) or type(error).__name__
        raise ExpectedError(f"The broker is not there, or refuses: {reason}") from error
    except (OSError, ValueError, LookupError) as error:  # pika trusts an URL to have all parts
        raise ExpectedError(f"The broker cannot be reached: {error}") from error


@dataclass(frozen=True)
class CloudEvent:
    """An event as it passed; `seen_at` is of this machine's monotonic clock."""

    name: str
    attributes: dict[str, str]
    data: dict[str, Any]
    seen_at: float

    def as_json(self) -> str:
        """The JSON form of CloudEvents 1.0, on one line."""
        document = {**self.attributes, "datacontenttype": "application/json", "data": self.data}
        return json.dumps(document, ensure_ascii=False)


class Tap:
    """Sees every event that is published after it opened, and takes none from anybody.

    It has a queue of its own that ends with it. Use it from one thread at a time.
    """

    def __init__(self, connection: BlockingConnection) -> None:
        self._channel = connection.channel()
        self._queue = self._channel.queue_declare("", exclusive=True, auto_delete=True)
        for publisher in PUBLISHERS:
            exchange = f"{publisher}.events"
            self._channel.exchange_declare(exchange, exchange_type="topic", durable=True)
            self._channel.queue_bind(self._queue.method.queue, exchange, routing_key="#")
        self._stopping = False

    def stop(self) -> None:
        """Make `events` end within a quarter of a second; from any thread."""
        self._stopping = True

    def events(self) -> Iterator[CloudEvent]:
        """What passes, as it passes, until `stop`."""
        queue = self._queue.method.queue
        messages = self._channel.consume(queue, auto_ack=True, inactivity_timeout=WAIT_SECONDS)
        for method, properties, body in messages:
            if self._stopping:
                return
            if method is not None:
                yield _event(method.routing_key, properties.headers or {}, body)


def _event(name: str, headers: dict[str, Any], body: bytes) -> CloudEvent:
    attributes = {
        key.removeprefix("ce-"): str(value)
        for key, value in headers.items()
        if key.startswith("ce-") or key == "traceparent"
    }
    try:
        data = json.loads(body)
    except ValueError:
        data = {}
    return CloudEvent(name, attributes, data, time.monotonic())
