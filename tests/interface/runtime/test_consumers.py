"""Both consumers, nameko's and pika's, under bad messages and broken handlers."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from amqp.exceptions import NotFound
from kombu import Connection, Exchange

from shared.events.catalog import CustomModelDeleted
from shared.events.trainer import TrainingStarted
from shared.runtime import topology
from shared.runtime.database import AlreadyHandledError
from shared.runtime.deliveries import Delivery
from shared.runtime.testing.events import publish
from shared.runtime.testing.processes import ServiceProcess
from shared.runtime.worker.consumer import InboxConsumer

DELETED = CustomModelDeleted(organisation_id="org", model_id="m")


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never held"
        time.sleep(0.01)


def take(amqp_url: str, queue: str) -> Any:
    """The next message of a queue, or None."""
    with Connection(amqp_url) as connection:
        message = connection.default_channel.basic_get(queue)
        if message is not None:
            connection.default_channel.basic_ack(message.delivery_tag)
        return message


def wait_for(amqp_url: str, queue: str) -> Any:
    found: list[Any] = []

    def arrived() -> bool:
        message = take(amqp_url, queue)
        if message is not None:
            found.append(message)
        return bool(found)

    until(arrived)
    return found[0]


def empty(amqp_url: str, queue: str) -> None:
    with Connection(amqp_url) as connection, suppress(NotFound):
        connection.default_channel.queue_purge(queue)


def publish_raw(amqp_url: str, body: str, headers: dict[str, str]) -> None:
    exchange = Exchange("catalog.events", type="topic", durable=True)
    with Connection(amqp_url) as connection:
        connection.Producer(exchange=exchange).publish(
            body,
            routing_key="CustomModelDeleted",
            headers=headers,
            content_type="application/json",
            content_encoding="utf-8",
            declare=[exchange],
        )


class Handler:
    """Counts deliveries; fails as often as told."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.times: list[float] = []
        self.failures = 0
        self.error: Exception = RuntimeError("broken")

    def __call__(self, delivery: Delivery[Any]) -> None:
        self.ids.append(delivery.id)
        self.times.append(time.monotonic())
        if len(self.ids) <= self.failures:
            raise self.error


@pytest.fixture
def handler(amqp_url: str) -> Iterator[Handler]:
    """What a pika worker named `probe` does with its events."""
    for queue in (topology.inbox_name("probe"), topology.dead_name("probe")):
        empty(amqp_url, queue)
    handler = Handler()
    consumer = InboxConsumer(amqp_url, "probe", {CustomModelDeleted: handler})
    consumer.start()
    until(lambda: _declared(amqp_url))
    yield handler
    consumer.stop()


def _declared(amqp_url: str) -> bool:
    try:
        with Connection(amqp_url) as connection:
            queue = topology.inbox_name("probe")
            return connection.default_channel.queue_declare(queue, passive=True).consumer_count > 0
    except Exception:  # noqa: BLE001
        return False


def test_a_worker_handles_an_event(amqp_url: str, handler: Handler) -> None:
    event_id = publish(amqp_url, DELETED)

    until(lambda: handler.ids == [event_id])


def test_a_failed_event_comes_again_with_growing_delay(amqp_url: str, handler: Handler) -> None:
    handler.failures = 2
    event_id = publish(amqp_url, DELETED)

    until(lambda: len(handler.ids) == 3)

    first, second = handler.times[1] - handler.times[0], handler.times[2] - handler.times[1]
    assert handler.ids == [event_id] * 3
    assert first >= topology.RETRY_SECONDS[0]
    assert second >= topology.RETRY_SECONDS[1]


def test_an_event_that_was_handled_before_is_acknowledged(amqp_url: str, handler: Handler) -> None:
    handler.failures, handler.error = 1, AlreadyHandledError("again")
    publish(amqp_url, DELETED)
    second = publish(amqp_url, DELETED)

    until(lambda: handler.ids[-1:] == [second])
    assert take(amqp_url, topology.retry_name("probe", 1)) is None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("{}", "io.argot.CustomModelDeleted.v1"),
        ("no json", "io.argot.CustomModelDeleted.v1"),
        ("{}", "io.argot.Unknown.v1"),
        ("{}", "nonsense"),
    ],
)
def test_what_is_no_event_goes_to_the_dead_letters_at_once(
    amqp_url: str, handler: Handler, body: str, kind: str
) -> None:
    publish_raw(amqp_url, body, {"ce-id": "bad", "ce-type": kind})

    dead = wait_for(amqp_url, topology.dead_name("probe"))

    assert dead.headers["x-error"].startswith("UnreadableError")
    assert handler.ids == []


def test_after_the_last_attempt_an_event_is_dead_and_can_be_replayed(
    amqp_url: str, handler: Handler
) -> None:
    handler.failures = 1
    exhausted = {
        "ce-id": "last",
        "ce-type": "io.argot.CustomModelDeleted.v1",
        "x-attempt": topology.MAX_ATTEMPTS - 1,
    }
    publish_raw(amqp_url, DELETED.model_dump_json(), exhausted)  # type: ignore[arg-type]

    dead = wait_for(amqp_url, topology.dead_name("probe"))

    assert dead.headers["x-attempt"] == topology.MAX_ATTEMPTS
    assert dead.headers["x-error"] == "RuntimeError"
    assert json.loads(dead.body) == DELETED.model_dump()


def test_a_nameko_service_dead_letters_what_it_cannot_read_and_goes_on(
    amqp_url: str, tmp_path: Any
) -> None:
    settings = {
        "ARGOT_AMQP_URL": amqp_url,
        "ARGOT_DATABASE_URL": f"sqlite:///{tmp_path / 'validator.db'}",
    }
    with ServiceProcess("services.validator", settings, tmp_path) as service:
        publish_raw(
            amqp_url, "no json", {"ce-id": "1", "ce-type": "io.argot.CustomModelDeleted.v1"}
        )
        publish_raw(amqp_url, "{}", {"ce-id": "2", "ce-type": "io.argot.CustomModelDeleted.v1"})

        dead = [wait_for(amqp_url, topology.dead_name("validator")) for _ in range(2)]

        assert {message.headers["ce-id"] for message in dead} == {"1", "2"}
        assert service.running


def test_an_event_that_nobody_listens_to_is_dead_too(amqp_url: str, handler: Handler) -> None:
    event = TrainingStarted(organisation_id="org", model_id="m", training_id="t")
    publish_raw(
        amqp_url, event.model_dump_json(), {"ce-id": "x", "ce-type": "io.argot.TrainingStarted.v1"}
    )

    dead = wait_for(amqp_url, topology.dead_name("probe"))

    assert "nobody listens" in dead.headers["x-error"]
