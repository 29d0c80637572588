"""A neighbouring service for tests: answers real calls on the real bus from plain functions."""

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any, Self

import pika
from pydantic import BaseModel

from shared.errors import ArgotError
from shared.rpc.contract import Request

Answers = Mapping[type[Request[Any]], Callable[[Any], BaseModel]]


class Neighbour:
    """Answers the calls of `answers` as `service`; `asked` holds the requests in order.

    An `ArgotError` that a function raises reaches the caller, as from a real service.
    """

    def __init__(self, amqp_url: str, service: str, answers: Answers) -> None:
        self.asked: list[Request[Any]] = []
        self._amqp_url = amqp_url
        self._service = service
        self._answers = {request.method: (request, answer) for request, answer in answers.items()}
        self._ready = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10), f"the {self._service} neighbour did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(10)

    def _run(self) -> None:
        connection = pika.BlockingConnection(pika.URLParameters(self._amqp_url))
        channel = connection.channel()
        channel.exchange_declare("nameko-rpc", "topic", durable=True)
        queue = f"rpc-{self._service}"
        channel.queue_declare(queue, durable=True)
        channel.queue_bind(queue, "nameko-rpc", f"{self._service}.*")
        channel.basic_consume(queue, self._on_request, auto_ack=True)
        self._ready.set()
        while not self._stopping.is_set():
            connection.process_data_events(time_limit=0.05)
        channel.queue_delete(queue)
        connection.close()

    def _on_request(self, channel: Any, method: Any, properties: Any, body: bytes) -> None:
        request_type, answer = self._answers[method.routing_key.split(".")[1]]
        request = request_type.model_validate(json.loads(body)["args"][0])
        self.asked.append(request)
        result, error = None, None
        try:
            result = answer(request).model_dump(mode="json")
        except ArgotError as refusal:
            error = {
                "exc_type": "ArgotError",
                "exc_path": "shared.errors.ArgotError",
                "exc_args": list(refusal.args),
                "value": str(refusal),
            }
        channel.basic_publish(
            "nameko-rpc",
            properties.reply_to,
            json.dumps({"result": result, "error": error}),
            pika.BasicProperties(
                correlation_id=properties.correlation_id, content_type="application/json"
            ),
        )
