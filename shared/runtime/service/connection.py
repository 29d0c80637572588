"""nameko's consumer and reply listener, mended to outlive a broker restart.

Stock nameko 2.14 gives up the whole process when a reply cannot be published, and waits ever
longer before it connects again.
"""

from contextlib import suppress
from typing import Any

import structlog
from amqp.exceptions import AMQPError
from kombu import Connection
from kombu.exceptions import OperationalError
from nameko.messaging import QueueConsumer
from nameko.rpc import ReplyListener, RpcConsumer

BROKER_ERRORS = (OperationalError, OSError, AMQPError)

log = structlog.get_logger(__name__)


class ResilientQueueConsumer(QueueConsumer):  # type: ignore[misc]
    """Reconnects after 0.5 s, then every 2 s at most; refuses what it cannot decode."""

    def establish_connection(self) -> Connection:
        """A live connection, however long the broker is away."""
        connection = self.connection.clone()
        connection.ensure_connection(
            self.on_connection_error,
            self.connect_max_retries,
            interval_start=0.5,
            interval_step=0.5,
            interval_max=2,
        )
        return connection

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

    def handle_result(self, message: Any, result: Any, exc_info: Any) -> Any:
        """Reply, then acknowledge; the handlers are idempotent, so a request may run again."""
        try:
            return super().handle_result(message, result, exc_info)
        except BROKER_ERRORS as error:
            log.warning("reply_failed", error=type(error).__name__)
            self.requeue_message(message)
            return result, exc_info


class ResilientReplyListener(ReplyListener):  # type: ignore[misc]
    """Listens on the connection that reconnects, and forgets calls that timed out."""

    queue_consumer = ResilientQueueConsumer()

    def forget(self, correlation_id: str) -> None:
        """Nobody waits for this reply any more."""
        self._reply_events.pop(correlation_id, None)
