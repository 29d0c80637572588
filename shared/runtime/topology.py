"""The queues of a consumer, alike for every service.

`<service>.inbox` is bound to the events that the service listens to; `<service>.inbox.retry.<s>`
holds failed messages for s seconds; `<service>.inbox.dead` keeps what failed too often, until an
operator replays it. All are quorum queues; a message whose consumer died at each of six
deliveries goes to dead.
"""

from collections.abc import Iterable
from typing import Any

from kombu import Connection, Exchange, Queue, binding

from shared.events.contract import Event
from shared.events.listeners import LISTENERS

RETRY_SECONDS = (1, 5, 25, 125)
MAX_ATTEMPTS = 8
DELIVERY_LIMIT = 5

_QUORUM = {"x-queue-type": "quorum"}


def inbox_name(service: str) -> str:
    """The queue that the service consumes."""
    return f"{service}.inbox"


def dead_name(service: str) -> str:
    """The queue of the messages that failed too often."""
    return f"{service}.inbox.dead"


def retry_name(service: str, attempt: int) -> str:
    """The queue where a message waits after its `attempt`-th failure, from 1."""
    seconds = RETRY_SECONDS[min(attempt, len(RETRY_SECONDS)) - 1]
    return f"{service}.inbox.retry.{seconds}"


def _dead_letter_to(queue: str) -> dict[str, Any]:
    return {
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": queue,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


def inbox_queue(service: str, events: Iterable[type[Event]]) -> Queue:
    """The service's inbox with its bindings."""
    return Queue(
        inbox_name(service),
        bindings=[
            binding(
                Exchange(f"{event.publisher}.events", type="topic", durable=True),
                routing_key=event.__name__,
            )
            for event in events
        ],
        queue_arguments={
            **_QUORUM,
            **_dead_letter_to(dead_name(service)),
            "x-delivery-limit": DELIVERY_LIMIT,
        },
        durable=True,
    )


def side_queues(service: str) -> list[Queue]:
    """The retry queues and the dead-letter queue."""
    retries = [
        Queue(
            f"{service}.inbox.retry.{seconds}",
            queue_arguments={
                **_QUORUM,
                **_dead_letter_to(inbox_name(service)),
                "x-message-ttl": seconds * 1000,
            },
            durable=True,
        )
        for seconds in RETRY_SECONDS
    ]
    # Looking at a dead message counts as a delivery, and RabbitMQ 4 drops it after 20 by default.
    patient = {**_QUORUM, "x-delivery-limit": 1_000_000}
    return [Queue(dead_name(service), queue_arguments=patient, durable=True), *retries]


def declare_listeners(amqp_url: str, publisher: str) -> None:
    """Declare all queues of the services that listen to a publisher, started or not."""
    for service, events in LISTENERS.items():
        heard = [event for event in events if event.publisher == publisher]
        if heard:
            declare(amqp_url, service, heard)


def declare(amqp_url: str, service: str, events: Iterable[type[Event]]) -> Queue:
    """Declare all queues of a consumer. Raises an `OSError` where the broker is away."""
    queue = inbox_queue(service, events)
    with Connection(amqp_url, connect_timeout=5) as connection:
        for each in (*side_queues(service), queue):
            each(connection.default_channel).declare()
    return queue
