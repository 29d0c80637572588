"""Typed calls: `@answers(Request)` on a service's method, `Calls` on the caller's side."""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import eventlet
import structlog
from kombu import Connection
from kombu.pools import producers
from nameko.constants import DEFAULT_RETRY_POLICY, DEFAULT_TRANSPORT_OPTIONS, PERSISTENT
from nameko.exceptions import ContainerBeingKilled, RemoteError, deserialize
from nameko.exceptions import deserialize_to_instance as nameko_deserializable
from nameko.extensions import DependencyProvider
from nameko.rpc import Rpc, get_rpc_exchange
from pydantic import BaseModel, ValidationError

from shared.errors import ArgotError
from shared.rpc.contract import Request
from shared.runtime.metrics import CALLS
from shared.runtime.service.connection import (
    BROKER_ERRORS,
    ResilientReplyListener,
    ResilientRpcConsumer,
)

ReplyT = TypeVar("ReplyT", bound=BaseModel)
MethodT = TypeVar("MethodT", bound=Callable[..., BaseModel])

log = structlog.get_logger(__name__)
nameko_deserializable(ArgotError)


class Answer(Rpc):  # type: ignore[misc]
    """An RPC method that takes one `Request` and returns its reply model."""

    rpc_consumer = ResilientRpcConsumer()

    def __init__(self, request_type: type[Request[Any]], **kwargs: Any) -> None:
        self.request_type = request_type
        super().__init__(expected_exceptions=ArgotError, **kwargs)

    def setup(self) -> None:
        """The method must bear the name that callers use."""
        if self.method_name != self.request_type.method:
            raise TypeError(f"{self.method_name} answers {self.request_type.method}")
        super().setup()

    def handle_message(self, body: Any, message: Any) -> None:
        """Parse the request and run the method in a worker."""
        try:
            request = self.request_type.model_validate(body["args"][0])
        except ValidationError as error:
            raise ArgotError("invalid-request", errors=field_errors(error)) from error
        started = time.monotonic()
        try:
            self.container.spawn_worker(
                self,
                (request,),
                {},
                context_data=self.unpack_message_headers(message),
                handle_result=partial(self._reply, message, started),
            )
        except ContainerBeingKilled:
            self.rpc_consumer.requeue_message(message)

    def _reply(
        self, message: Any, started: float, _worker_ctx: Any, result: Any, exc_info: Any
    ) -> Any:
        outcome = "ok"
        if exc_info is not None:
            error = exc_info[1]
            outcome = error.code if isinstance(error, ArgotError) else "internal-error"
            if not isinstance(error, ArgotError):
                log.error("call_failed", method=self.method_name, exc_info=exc_info)
        CALLS.labels(self.method_name, outcome).observe(time.monotonic() - started)
        payload = None if result is None else result.model_dump(mode="json")
        return self.rpc_consumer.handle_result(message, payload, exc_info)


def answers(request_type: type[Request[Any]]) -> Callable[[MethodT], MethodT]:
    """Answer calls of `request_type` with the method, which bears the call's name."""
    return Answer.decorator(request_type)  # type: ignore[no-any-return]


def field_errors(error: ValidationError) -> list[dict[str, str]]:
    """Pydantic's findings in the form of the error contract."""
    return [
        {
            "code": "invalid-request",
            "message": found["msg"],
            "field": ".".join(str(part) for part in found["loc"]),
        }
        for found in error.errors()
    ]


class Caller:
    """Calls other services on behalf of one worker."""

    def __init__(self, provider: "Calls", headers: dict[str, Any]) -> None:
        self._provider = provider
        self._headers = headers

    def __call__(self, request: Request[ReplyT], timeout: float | None = None) -> ReplyT:
        """Ask, and wait `timeout` seconds at most.

        Raises the `ArgotError` that the service raised, or `service-unavailable` where no answer
        came: the command may run later all the same.
        """
        return self._provider.ask(request, self._headers, timeout)

    def json(self, request: Request[Any], timeout: float | None = None) -> Any:
        """The same, but the answer stays JSON, for a caller that only passes it on."""
        return self._provider.exchange(request, self._headers, timeout)


class Calls(DependencyProvider):  # type: ignore[misc]
    """Injects a `Caller`."""

    replies = ResilientReplyListener()

    def setup(self) -> None:
        """Open the one pool of producers; confirms and `mandatory` reveal a missing service."""
        settings = self.container.config["settings"]
        self._timeout = settings.rpc_timeout
        options = {**DEFAULT_TRANSPORT_OPTIONS, "confirm_publish": True}
        self._producers = producers[
            Connection(settings.amqp_url.get_secret_value(), transport_options=options)
        ]
        self._exchange = get_rpc_exchange(self.container.config)

    def get_dependency(self, worker_ctx: Any) -> Caller:
        """A caller that passes the worker's request on."""
        headers = {f"nameko.{key}": value for key, value in worker_ctx.context_data.items()}
        return Caller(self, headers)

    def ask(
        self, request: Request[ReplyT], headers: dict[str, Any], timeout: float | None
    ) -> ReplyT:
        """See `Caller`."""
        answer = self.exchange(request, headers, timeout)
        return request.reply.model_validate(answer)  # type: ignore[return-value]

    def exchange(
        self, request: Request[Any], headers: dict[str, Any], timeout: float | None
    ) -> Any:
        """See `Caller.json`."""
        correlation_id = str(uuid.uuid4())
        reply = self.replies.get_reply_event(correlation_id)
        with self._deadline(request, correlation_id, timeout or self._timeout):
            self._publish(request, correlation_id, headers, timeout or self._timeout)
            body = reply.wait()
        if body["error"]:
            raise _raised(deserialize(body["error"]), request)
        return body["result"]

    def _publish(
        self, request: Request[Any], correlation_id: str, headers: dict[str, Any], seconds: float
    ) -> None:
        with self._producers.acquire(block=True) as producer:
            try:
                producer.publish(
                    {"args": [request.model_dump(mode="json")], "kwargs": {}},
                    exchange=self._exchange,
                    routing_key=f"{request.service}.{request.method}",
                    serializer="json",
                    delivery_mode=PERSISTENT,
                    mandatory=True,
                    expiration=seconds,  # nobody waits any longer, so it must not run then
                    retry=True,
                    retry_policy=DEFAULT_RETRY_POLICY,
                    reply_to=self.replies.routing_key,
                    correlation_id=correlation_id,
                    headers=headers,
                )
            except _NoAnswerError:
                # The pool would close it in order, and wait for a broker that says nothing.
                producer.connection.collect()
                raise

    @contextmanager
    def _deadline(
        self, request: Request[Any], correlation_id: str, seconds: float
    ) -> Iterator[None]:
        late = _NoAnswerError()
        # An instance of our own: a bare Timeout would pass every `except Exception`.
        timer = eventlet.Timeout(seconds, late)
        try:
            yield
        except (_NoAnswerError, *BROKER_ERRORS) as error:
            self.replies.forget(correlation_id)
            log.warning(
                "no_answer",
                callee=request.service,
                method=request.method,
                error=type(error).__name__,
            )
            raise ArgotError(
                "service-unavailable", f"The {request.service} service did not answer in time"
            ) from error
        finally:
            timer.cancel()


class _NoAnswerError(Exception):
    """The time is over."""


def _raised(error: Exception, request: Request[Any]) -> Exception:
    if isinstance(error, RemoteError):
        log.error("remote_error", callee=request.service, method=request.method, error=str(error))
        return ArgotError("internal-error")
    return error
