"""The idempotent consumer of a worker: the same queues and rules as a nameko service's inbox."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

import pika
import structlog
from pika.adapters.blocking_connection import BlockingChannel

from shared.events.contract import Event
from shared.runtime import context, deliveries, topology
from shared.runtime.database import AlreadyHandledError
from shared.runtime.metrics import MESSAGES

Handler = Callable[[deliveries.Delivery[Any]], None]

RECONNECT_SECONDS = 1.0

log = structlog.get_logger(__name__)


class InboxConsumer:
    """Consumes a worker's inbox in a thread, one message at a time.

    A handler must be quick: it writes a job row and returns; the job is leased elsewhere.
    """

    def __init__(
        self, amqp_url: str, service: str, handlers: Mapping[type[Event], Handler]
    ) -> None:
        self._amqp_url = amqp_url
        self._service = service
        self._handlers = handlers
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="inbox", daemon=True)

    def start(self) -> None:
        """Begin consuming, as soon as the broker is there."""
        self._thread.start()

    def stop(self) -> None:
        """End after the message in work."""
        self._stopping.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._consume()
            except Exception as error:  # whatever it is, the worker must go on listening
                log.warning("inbox_disconnected", error=type(error).__name__, exc_info=True)
                self._stopping.wait(RECONNECT_SECONDS)

    def _consume(self) -> None:
        topology.declare(self._amqp_url, self._service, self._handlers)
        connection = pika.BlockingConnection(pika.URLParameters(self._amqp_url))
        try:
            channel = connection.channel()
            channel.confirm_delivery()
            channel.basic_qos(prefetch_count=1)
            channel.basic_consume(topology.inbox_name(self._service), self._on_message)
            # The channel may be closed, or the consumer cancelled, without an exception here.
            while not self._stopping.is_set() and channel.is_open and channel.consumer_tags:
                connection.process_data_events(time_limit=0.5)
        finally:
            if connection.is_open:
                connection.close()

    def _on_message(
        self, channel: BlockingChannel, method: Any, properties: Any, body: bytes
    ) -> None:
        headers = properties.headers or {}
        context.bind(headers)
        try:
            delivery = deliveries.read(headers, body)
            self._handler(type(delivery.event))(delivery)
        except AlreadyHandledError:
            MESSAGES.labels(deliveries.event_name(headers), "repeated").inc()
        except Exception as error:  # whatever it is, the message must not be lost
            name = (
                "unreadable"
                if isinstance(error, deliveries.UnreadableError)
                else deliveries.event_name(headers)
            )
            MESSAGES.labels(name, "failed").inc()
            log.warning("event_failed", failed_event=name, exc_info=True)
            self._set_aside(channel, headers, body, error)
        else:
            MESSAGES.labels(deliveries.event_name(headers), "handled").inc()
        channel.basic_ack(method.delivery_tag)

    def _handler(self, event_type: type[Event]) -> Handler:
        if event_type not in self._handlers:
            raise deliveries.UnreadableError(f"nobody listens to {event_type.__name__}")
        return self._handlers[event_type]

    def _set_aside(
        self, channel: BlockingChannel, headers: Mapping[str, Any], body: bytes, error: Exception
    ) -> None:
        """To a retry or the dead-letter queue, confirmed; an error here redelivers the message."""
        queue, new_headers = deliveries.after_failure(self._service, headers, error)
        channel.basic_publish(
            exchange="",
            routing_key=queue,
            body=body,
            properties=pika.BasicProperties(
                content_type="application/json",
                content_encoding="utf-8",
                delivery_mode=2,
                headers=new_headers,
            ),
            mandatory=True,
        )
