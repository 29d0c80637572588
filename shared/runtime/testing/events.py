"""The bus as a test sees it: what services publish, and events that the test publishes itself."""

import importlib
import json
import time
import uuid
from collections.abc import Callable, Iterable
from typing import Any, Self

from kombu import Connection, Exchange, Queue
from uuid6 import uuid7

from shared.events.contract import REGISTRY, Event
from shared.runtime.database import now

TIMEOUT_SECONDS = 60.0


class Tap:
    """Everything that one publisher sends from now on, in order; for one thread.

    `headers[i]` are those of `events[i]`.
    """

    def __init__(self, amqp_url: str, publisher: str) -> None:
        importlib.import_module(f"shared.events.{publisher}")  # registers its classes
        self.events: list[Event] = []
        self.headers: list[dict[str, Any]] = []
        self._connection = Connection(amqp_url)
        queue = Queue(
            f"test-tap-{uuid.uuid4()}",
            _exchange(publisher),
            routing_key="#",
            exclusive=True,
            auto_delete=True,
        )
        self._consumer = self._connection.Consumer(queue, callbacks=[self._on_event], no_ack=True)
        self._consumer.consume()

    def wait_for(
        self, found: Callable[[list[Event]], bool], timeout: float = TIMEOUT_SECONDS
    ) -> list[Event]:
        """All events, once `found` holds for them; `AssertionError` where it does not in time."""
        deadline = time.monotonic() + timeout
        while not found(self.events):
            left = deadline - time.monotonic()
            assert left > 0, f"only {[type(event).__name__ for event in self.events]}"
            try:
                self._connection.drain_events(timeout=left)
            except TimeoutError:
                continue
        return self.events

    def wait(self, seconds: float) -> list[Event]:
        """All events after so long a time."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                self._connection.drain_events(timeout=left)
            except TimeoutError:
                break
        return self.events

    def close(self) -> None:
        """Give the connection back."""
        self._connection.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _on_event(self, _body: Any, message: Any) -> None:
        name = message.delivery_info["routing_key"]
        self.events.append(REGISTRY[name].model_validate(json.loads(message.body)))
        self.headers.append(dict(message.headers))


def publish(amqp_url: str, event: Event) -> str:
    """Publish as the event's own service would; returns its `ce-id`."""
    (event_id,) = publish_all(amqp_url, [event])
    return event_id


def publish_all(amqp_url: str, events: Iterable[Event]) -> list[str]:
    """Publish events in order over one connection; returns their `ce-id`s."""
    with Connection(amqp_url) as connection:
        producer = connection.Producer()
        return [_publish(producer, event) for event in events]


def _publish(producer: Any, event: Event) -> str:
    event_id = str(uuid7())
    exchange = _exchange(event.publisher)
    producer.publish(
        event.model_dump_json(),
        exchange=exchange,
        routing_key=type(event).__name__,
        headers={
            "ce-specversion": "1.0",
            "ce-id": event_id,
            "ce-type": event.ce_type(),
            "ce-source": f"/{event.publisher}",
            "ce-subject": event.subject,
            "ce-time": now().isoformat(),
        },
        content_type="application/json",
        content_encoding="utf-8",
        declare=[exchange],
    )
    return event_id


def _exchange(publisher: str) -> Exchange:
    return Exchange(f"{publisher}.events", type="topic", durable=True)
