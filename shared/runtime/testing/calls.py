"""A client of the services' calls for tests: plain kombu, no eventlet."""

import time
import uuid
from typing import Any, Self

from kombu import Connection, Exchange, Queue

from shared.errors import ArgotError
from shared.rpc.contract import ReplyT, Request

TIMEOUT_SECONDS = 45.0

_EXCHANGE = Exchange("nameko-rpc", type="topic", durable=True)


class CallFailedError(Exception):
    """The service raised what is no `ArgotError`, or did not answer in time."""


class TestCaller:
    """Calls services over a connection of its own; for one thread."""

    __test__ = False

    def __init__(self, amqp_url: str) -> None:
        self._connection = Connection(amqp_url)
        channel = self._connection.default_channel
        reply_to = str(uuid.uuid4())
        self._replies: dict[str, Any] = {}
        queue = Queue(
            f"test-replies-{reply_to}", _EXCHANGE, reply_to, exclusive=True, auto_delete=True
        )
        self._consumer = self._connection.Consumer(queue, callbacks=[self._on_reply], no_ack=True)
        self._consumer.consume()
        self._producer = self._connection.Producer(channel, _EXCHANGE)
        self._reply_to = reply_to

    def __call__(
        self, request: Request[ReplyT], *, headers: dict[str, str] | None = None
    ) -> ReplyT:
        """Ask and wait. Raises the service's `ArgotError`, or `CallFailedError`.

        `headers` are those of the request, such as `request_id`.
        """
        correlation_id = str(uuid.uuid4())
        self._producer.publish(
            {"args": [request.model_dump(mode="json")], "kwargs": {}},
            routing_key=f"{request.service}.{request.method}",
            reply_to=self._reply_to,
            correlation_id=correlation_id,
            headers={f"nameko.{name}": text for name, text in (headers or {}).items()},
            serializer="json",
            mandatory=True,
        )
        body = self._await(correlation_id, request)
        if body["error"] is None:
            return request.reply.model_validate(body["result"])  # type: ignore[return-value]
        error = body["error"]
        if error["exc_path"] == "shared.errors.ArgotError":
            raise ArgotError(*error["exc_args"])
        raise CallFailedError(f"{error['exc_type']}: {error['value']}")

    def close(self) -> None:
        """Give the connection back."""
        self._connection.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _await(self, correlation_id: str, request: Request[Any]) -> Any:
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while correlation_id not in self._replies:
            try:
                self._connection.drain_events(timeout=max(0.01, deadline - time.monotonic()))
            except TimeoutError as error:
                raise CallFailedError(f"no answer to {request.service}.{request.method}") from error
        return self._replies.pop(correlation_id)

    def _on_reply(self, body: Any, message: Any) -> None:
        self._replies[message.properties["correlation_id"]] = body
