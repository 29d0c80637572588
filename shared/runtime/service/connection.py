"""nameko's consumer and reply listener, mended to outlive a broker restart.

Stock nameko 2.14 gives up the whole process when a reply cannot be published, and waits ever
longer before it connects again.
"""

from contextlib import suppress
from typing import Any

import eventlet
import structlog
from amqp.exceptions import AMQPError
from kombu import Connection
from kombu.exceptions import OperationalError
from kombu.pools import producers
from nameko.constants import DEFAULT_RETRY_POLICY, DEFAULT_TRANSPORT_OPTIONS, NON_PERSISTENT
from nameko.exceptions import serialize
from nameko.messaging import QueueConsumer
from nameko.rpc import ReplyListener, RpcConsumer, get_rpc_exchange

FIRST_PAUSE_S, LAST_PAUSE_S = 0.5, 2.0
BROKER_ERRORS = (OperationalError, OSError, AMQPError)

log = structlog.get_logger(__name__)


class ResilientQueueConsumer(QueueConsumer):  # type: ignore[misc]
    """Reconnects after 0.5 s, then every 2 s at most; refuses what it cannot decode.

    It ends while the broker is away too: stock nameko cancels a consumer in the loop of a live
    connection only, and would wait for that.
    """

    def establish_connection(self) -> Connection:
        """A live connection, however long the broker is away, unless the end is asked for."""
        connection = self.connection.clone()
        pause = FIRST_PAUSE_S
        while True:
            try:
                connection.connect()
            except connection.connection_errors as error:
                self.on_connection_error(error, pause)
                if self._end_without_broker():
                    raise  # `run` takes it for one more lost connection, and ends
            else:
                return connection
            eventlet.sleep(pause)
            pause = min(pause + FIRST_PAUSE_S, LAST_PAUSE_S)

    def _end_without_broker(self) -> bool:
        """Let providers go that want to leave: over no connection there is nothing to cancel."""
        leaving = dict(self._pending_remove_providers)
        self._pending_remove_providers.clear()
        for provider, left in leaving.items():
            self._consumers.pop(provider, None)
            left.send()
        self.should_stop = bool(leaving) and not self._consumers
        return self.should_stop

    def ack_message(self, message: Any) -> None:
        """Over a broken connection nothing is acknowledged: the broker delivers it again."""
        with suppress(*BROKER_ERRORS):
            super().ack_message(message)

    def requeue_message(self, message: Any) -> None:
        """Over a broken connection the broker has taken it back already."""
        with suppress(*BROKER_ERRORS):
            super().requeue_message(message)

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        """To the dead-letter queue, where the queue has one."""
        log.error("undecodable_message", error=str(exc))
        message.reject()


class ResilientRpcConsumer(RpcConsumer):  # type: ignore[misc]
    """Gives a request back to the queue when its reply cannot be sent."""

    queue_consumer = ResilientQueueConsumer()

    def setup(self) -> None:
        """Open the pool that replies go through; nameko's own makes a connection object each."""
        super().setup()
        amqp_url = self.container.config["settings"].amqp_url.get_secret_value()
        options = {**DEFAULT_TRANSPORT_OPTIONS, "confirm_publish": True}
        self._producers = producers[Connection(amqp_url, transport_options=options)]
        self._exchange = get_rpc_exchange(self.container.config)

    def handle_result(self, message: Any, result: Any, exc_info: Any) -> Any:
        """Reply, then acknowledge; the handlers are idempotent, so a request may run again.

        `result` is JSON already, or None beside an error.
        """
        error = None if exc_info is None else serialize(exc_info[1])
        try:
            with self._producers.acquire(block=True) as producer:
                producer.publish(
                    {"result": result, "error": error},
                    exchange=self._exchange,
                    routing_key=message.properties["reply_to"],
                    correlation_id=message.properties.get("correlation_id"),
                    serializer="json",
                    delivery_mode=NON_PERSISTENT,
                    retry=True,
                    retry_policy=DEFAULT_RETRY_POLICY,
                )
        except BROKER_ERRORS as broken:
            log.warning("reply_failed", error=type(broken).__name__)
            self.requeue_message(message)
        else:
            self.queue_consumer.ack_message(message)
        return result, exc_info


class ResilientReplyListener(ReplyListener):  # type: ignore[misc]
    """Listens on the connection that reconnects, and forgets calls that timed out."""

    queue_consumer = ResilientQueueConsumer()

    def forget(self, correlation_id: str) -> None:
        """Nobody waits for this reply any more."""
        self._reply_events.pop(correlation_id, None)
