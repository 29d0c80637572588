"""The idempotent consumer of a nameko service: `@listens(EventClass)` on a method.

All listening methods share the service's one inbox queue. Several messages are handled at once and
failed ones come later, so a handler must take events in any order. A method that raises sends its
message to a retry queue; see `topology`.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import structlog
from eventlet.event import Event as GreenEvent
from kombu import Connection
from kombu.pools import producers
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint, ProviderCollector, SharedExtension

from shared.events.contract import Event
from shared.runtime import deliveries, topology
from shared.runtime.database import AlreadyHandledError
from shared.runtime.metrics import MESSAGES
from shared.runtime.service.connection import BROKER_ERRORS, ResilientQueueConsumer

MethodT = TypeVar("MethodT", bound=Callable[..., None])

log = structlog.get_logger(__name__)


class Inbox(SharedExtension, ProviderCollector):  # type: ignore[misc]
    """Consumes the service's inbox for all its listeners."""

    queue_consumer = ResilientQueueConsumer()
    queue: Any = None

    def __init__(self) -> None:
        super().__init__()
        self._leaving: set[Listener] = set()
        self._left = GreenEvent()

    def setup(self) -> None:
        """Consume once all listeners are known."""
        self._amqp_url = self.container.config["settings"].amqp_url.get_secret_value()
        self.queue_consumer.register_provider(self)

    def register_provider(self, provider: "Listener") -> None:
        """Bind the queue to one more event."""
        super().register_provider(provider)
        self.queue = topology.inbox_queue(
            self.container.service_name, [each.event_type for each in self._providers]
        )

    def start(self) -> None:
        """Declare the retry and dead-letter queues before the first message."""
        events = [each.event_type for each in self._providers]
        with Connection(self._amqp_url, connect_timeout=5) as connection:
            connection.ensure_connection(interval_start=0.5, interval_step=0.5, interval_max=2)
        topology.declare(self._amqp_url, self.container.service_name, events)

    def unregister_provider(self, provider: "Listener") -> None:
        """Stop consuming when the last listener leaves; messages in work are finished."""
        self._leaving.add(provider)
        if self._providers == self._leaving:
            self.queue_consumer.unregister_provider(self)
            self._left.send(None)
        self._left.wait()
        super().unregister_provider(provider)

    def handle_message(self, _body: Any, message: Any) -> None:
        """Run the listener of the message's event in a worker."""
        try:
            delivery = deliveries.read(message.headers, _text(message))
            listener = self._listener(type(delivery.event))
        except deliveries.UnreadableError as error:
            self._set_aside(message, error)
            return
        try:
            self.container.spawn_worker(
                listener,
                (delivery,),
                {},
                context_data=dict(message.headers),
                handle_result=partial(self._settle, message),
            )
        except ContainerBeingKilled:
            self.queue_consumer.requeue_message(message)

    def _listener(self, event_type: type[Event]) -> "Listener":
        for provider in self._providers:
            if provider.event_type is event_type:
                return provider  # type: ignore[no-any-return]
        raise deliveries.UnreadableError(f"nobody listens to {event_type.__name__}")

    def _settle(self, message: Any, _worker_ctx: Any, result: Any, exc_info: Any) -> Any:
        name = deliveries.event_name(message.headers)
        if exc_info is None or isinstance(exc_info[1], AlreadyHandledError):
            MESSAGES.labels(name, "handled" if exc_info is None else "repeated").inc()
            self.queue_consumer.ack_message(message)
            return result, None
        MESSAGES.labels(name, "failed").inc()
        log.warning("event_failed", failed_event=name, exc_info=exc_info)
        self._set_aside(message, exc_info[1])
        return result, exc_info

    def _set_aside(self, message: Any, error: BaseException) -> None:
        """To a retry or the dead-letter queue; back to the inbox where that cannot be reached."""
        queue, headers = deliveries.after_failure(
            self.container.service_name, message.headers, error
        )
        try:
            connection = Connection(
                self._amqp_url, transport_options={"confirm_publish": True}, connect_timeout=5
            )
            with producers[connection].acquire(block=True) as producer:
                producer.publish(
                    _text(message),
                    routing_key=queue,
                    headers=headers,
                    content_type="application/json",
                    content_encoding="utf-8",
                    delivery_mode=2,
                    mandatory=True,
                )
        except BROKER_ERRORS as broken:
            log.warning("retry_failed", error=type(broken).__name__)
            self.queue_consumer.requeue_message(message)
        else:
            self.queue_consumer.ack_message(message)


def _text(message: Any) -> bytes:
    body = message.body
    return body.encode() if isinstance(body, str) else bytes(body)


class Listener(Entrypoint):  # type: ignore[misc]
    """Calls the method with a `Delivery` of the event; the method must use `Database.once`."""

    inbox = Inbox()

    def __init__(self, event_type: type[Event], **kwargs: Any) -> None:
        self.event_type = event_type
        super().__init__(**kwargs)

    def setup(self) -> None:
        """Join the service's inbox."""
        self.inbox.register_provider(self)

    def stop(self) -> None:
        """Leave the inbox."""
        self.inbox.unregister_provider(self)


def listens(event_type: type[Event]) -> Callable[[MethodT], MethodT]:
    """Call the method with each `Delivery` of `event_type`."""
    return Listener.decorator(event_type)  # type: ignore[no-any-return]
