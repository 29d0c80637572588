"""The dead-letter queues: what failed too often, and its way back.

No message is ever lost here: it is acknowledged only once the broker has confirmed its copy. A
replay that is killed in between leaves the message in both queues, which consumers know by
`ce-id`.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel, BlockingConnection
from pika.exceptions import ChannelClosedByBroker, NackError, UnroutableError

from argot.errors import ExpectedError
from shared.runtime import topology
from shared.runtime.deliveries import ATTEMPT, ERROR

SERVICES = ("catalog", "ingest", "quota", "trainer", "transcriber", "validator")
NOT_FOUND = 404
# What the broker wrote: sent in again, an old x-death would make a later delay drop the message.
BROKERS_OWN = ("x-death", "x-first-death-", "x-last-death-", "x-delivery-count")


@dataclass(frozen=True)
class DeadMessage:
    """A message of a dead-letter queue, with the delivery tag of the channel that read it."""

    tag: int
    properties: pika.BasicProperties
    body: bytes

    @property
    def headers(self) -> dict[str, Any]:
        """The event's CloudEvents attributes, and what was added on its way here."""
        return self.properties.headers or {}

    @property
    def id(self) -> str:
        """The event's `ce-id`; of a message that has none, the digest of its body."""
        known = self.headers.get("ce-id") or self.properties.message_id
        return str(known) if known else hashlib.sha256(self.body).hexdigest()[:16]

    @property
    def event(self) -> str:
        """The event's type, such as `io.argot.TrainRequested.v1`."""
        return str(self.headers.get("ce-type", "no event"))

    @property
    def attempts(self) -> str:
        """How often the service failed to handle it."""
        return str(self.headers.get(ATTEMPT, "?"))

    @property
    def error(self) -> str:
        """Why it failed the last time; a message that killed its consumer has no error."""
        return str(self.headers.get(ERROR, "it ended its consumer too often"))


def count(connection: BlockingConnection, service: str) -> int | None:
    """How many messages wait; None where the service has never run on this broker."""
    channel = connection.channel()
    try:
        queue = channel.queue_declare(topology.dead_name(service), passive=True)
    except ChannelClosedByBroker as error:
        if error.reply_code == NOT_FOUND:
            return None
        raise
    channel.close()
    return int(queue.method.message_count)


def read(connection: BlockingConnection, service: str, most: int) -> list[DeadMessage]:
    """The oldest messages, at most `most`; they stay where they are."""
    channel = connection.channel()
    messages = list(_take(channel, service, most))
    channel.close()  # gives them all back
    return messages


def replay(connection: BlockingConnection, service: str, message_id: str | None) -> int:
    """Move one message, or with None all that wait now, to the inbox; returns how many."""
    waiting = _require(connection, service)
    channel = connection.channel()
    channel.confirm_delivery()
    moved = 0
    for message in _take(channel, service, waiting):
        if message_id in {None, message.id}:
            _move(channel, service, message)
            moved += 1
    channel.close()
    if message_id is not None and not moved:
        raise ExpectedError(f"There is no dead message {message_id} of {service}.")
    return moved


def find(connection: BlockingConnection, service: str, message_id: str) -> DeadMessage:
    """The message with this id, which stays where it is."""
    for message in read(connection, service, _require(connection, service)):
        if message.id == message_id:
            return message
    raise ExpectedError(f"There is no dead message {message_id} of {service}.")


def _require(connection: BlockingConnection, service: str) -> int:
    waiting = count(connection, service)
    if waiting is None:
        raise ExpectedError(f"{service} has no dead-letter queue on this broker.")
    return waiting


def _take(channel: BlockingChannel, service: str, most: int) -> Iterator[DeadMessage]:
    """Messages that the channel holds until they are acknowledged or it closes."""
    for _ in range(most):
        method, properties, body = channel.basic_get(topology.dead_name(service))
        if method is None or properties is None:
            return
        yield DeadMessage(method.delivery_tag, properties, body or b"")


def _move(channel: BlockingChannel, service: str, message: DeadMessage) -> None:
    headers = {
        key: value
        for key, value in message.headers.items()
        if key != ATTEMPT and not key.startswith(BROKERS_OWN)
    }
    properties = pika.BasicProperties(
        content_type=message.properties.content_type,
        content_encoding=message.properties.content_encoding,
        message_id=message.properties.message_id,
        delivery_mode=2,
        headers=headers,
    )
    inbox = topology.inbox_name(service)
    try:
        channel.basic_publish("", inbox, message.body, properties, mandatory=True)
    except (NackError, UnroutableError) as error:
        raise ExpectedError(f"The broker does not take messages for {inbox}.") from error
    channel.basic_ack(message.tag)
