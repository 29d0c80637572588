"""The relay: publishes the outbox with broker confirms, in batches, in order."""

import json
import threading
import time
from contextlib import suppress
from datetime import timedelta
from typing import Any, NamedTuple

import structlog
from amqp import Message
from amqp.exceptions import AMQPError
from kombu import Connection, Exchange
from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from uuid6 import uuid7

from shared.runtime import topology
from shared.runtime.database import Database, now
from shared.runtime.metrics import RELAYED
from shared.runtime.tables import inbox, outbox, relay_lease

BATCH = 200
CONFIRM_SECONDS = 5.0
LEASE = timedelta(seconds=8)  # longer than the wait for confirms
POLL_SECONDS = 0.5
REMEMBER = timedelta(days=30)
"""How long ids of handled messages are kept; nothing on the bus grows so old but a dead letter."""
FORGET_EVERY_SECONDS = 3600.0
CONTENDED_SECONDS = 0.01

log = structlog.get_logger(__name__)


class Row(NamedTuple):
    """One event of the outbox."""

    position: int
    event: str
    headers: str
    body: str


class UnconfirmedError(Exception):
    """The broker refused an event, or did not confirm it in time; it stays in the outbox."""


class BrokerChannel:
    """One channel in confirm mode to the exchange `<service>.events`."""

    def __init__(self, amqp_url: str, service: str) -> None:
        topology.declare_listeners(amqp_url, service)
        self._connection = Connection(amqp_url, connect_timeout=5)
        self._exchange = f"{service}.events"
        self._channel: Any = self._connection.channel()
        Exchange(self._exchange, type="topic", durable=True, channel=self._channel).declare()
        self._channel.confirm_select()
        self._published = 0
        self._pending: set[int] = set()
        self._refused = 0
        self._channel.events["basic_ack"].add(self._on_ack)
        self._channel.events["basic_nack"].add(self._on_nack)

    def publish(self, rows: list[Row]) -> None:
        """Publish and wait until the broker has all. Raises `UnconfirmedError`."""
        for row in rows:
            self._published += 1
            self._pending.add(self._published)
            headers = json.loads(row.headers)
            message = Message(
                row.body.encode(),
                content_type="application/json",
                content_encoding="utf-8",
                delivery_mode=2,
                message_id=headers["ce-id"],
                application_headers=headers,
            )
            self._channel.basic_publish(message, exchange=self._exchange, routing_key=row.event)
        self._wait_for_confirms()

    def _wait_for_confirms(self) -> None:
        deadline = time.monotonic() + CONFIRM_SECONDS
        while self._pending:
            left = deadline - time.monotonic()
            if left <= 0:
                raise UnconfirmedError(f"{len(self._pending)} events unconfirmed")
            self._connection.drain_events(timeout=left)
        if self._refused:
            raise UnconfirmedError(f"{self._refused} events refused")

    def _settle(self, delivery_tag: int, multiple: bool) -> int:  # noqa: FBT001 (amqp's signature)
        settled = {t for t in self._pending if t <= delivery_tag} if multiple else {delivery_tag}
        self._pending -= settled
        return len(settled)

    def _on_ack(self, delivery_tag: int, multiple: bool) -> None:  # noqa: FBT001
        self._settle(delivery_tag, multiple)

    def _on_nack(self, delivery_tag: int, multiple: bool) -> None:  # noqa: FBT001
        self._refused += self._settle(delivery_tag, multiple)

    def close(self) -> None:
        """Close without waiting for a broker that is gone."""
        self._connection.connection.collect()


class Relay:
    """Publishes one service's outbox from a thread (a greenlet where threads are green).

    Any number of relays may run on the same database. A lease lets one publish at a time, which
    keeps the outbox's order. A relay that dies after the broker's confirm, or outlasts its lease,
    has the same events published again, and consumers know them by `ce-id`.
    """

    def __init__(self, database: Database, amqp_url: str, service: str) -> None:
        self._database = database
        self._amqp_url = amqp_url
        self._service = service
        self._holder = str(uuid7())
        self._wanted = threading.Event()
        self._stopping = False
        self._forget_at = 0.0
        self._channel: BrokerChannel | None = None
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    def start(self) -> None:
        """Begin publishing."""
        self._database.on_publish = self.kick
        with self._database.transaction() as session:
            if session.execute(select(relay_lease.c.id)).first() is None:
                try:
                    with session.begin_nested():
                        session.execute(insert(relay_lease).values(id=1))
                except IntegrityError:
                    pass  # another relay of the service was first
        self._thread.start()

    def kick(self) -> None:
        """Tell the relay that there is something to publish."""
        self._wanted.set()

    def stop(self) -> None:
        """Publish what is left, as far as the broker takes it now, and end."""
        self._stopping = True
        self._wanted.set()
        self._thread.join(timeout=CONFIRM_SECONDS + 2)

    def _run(self) -> None:
        failures = 0
        while True:
            self._wanted.clear()
            try:
                pause = self._publish_all()
                failures = 0
            except Exception as error:  # whatever it is, the outbox must be published
                failures += 1
                log.warning("relay_failed", error=type(error).__name__, exc_info=True)
                self._disconnect()
                pause = min(0.1 * 2 ** min(failures, 8), 2.0)
            if self._stopping:
                self._disconnect()
                return
            self._wanted.wait(pause)

    def _publish_all(self) -> float:
        """Publish batches until the outbox is empty; returns the seconds to wait then."""
        while True:
            if self._channel is None:  # first, as a lease is too short to wait for the broker
                self._channel = BrokerChannel(self._amqp_url, self._service)
            rows = self._take_batch()
            if rows is None:
                return CONTENDED_SECONDS
            if not rows:
                self._forget_old_messages()
                return POLL_SECONDS
            self._channel.publish(rows)
            self._remove(rows)
            RELAYED.inc(len(rows))

    def _take_batch(self) -> list[Row] | None:
        """The next rows under the lease; None where another relay holds it."""
        columns = (outbox.c.position, outbox.c.event, outbox.c.headers, outbox.c.body)
        first = select(*columns).order_by(outbox.c.position).limit(BATCH)
        with self._database.transaction() as session:
            rows = [Row(*row) for row in session.execute(first)]
            if not rows:
                return []
            free = or_(
                relay_lease.c.until.is_(None),
                relay_lease.c.until < now(),
                relay_lease.c.holder == self._holder,
            )
            taken = session.execute(
                update(relay_lease).where(free).values(holder=self._holder, until=now() + LEASE)
            )
            if taken.rowcount == 0:  # type: ignore[attr-defined]
                return None
            # Read again: the holder before may have published and removed what was read above.
            return [Row(*row) for row in session.execute(first)]

    def _forget_old_messages(self) -> None:
        if time.monotonic() < self._forget_at:
            return
        self._forget_at = time.monotonic() + FORGET_EVERY_SECONDS
        with self._database.transaction() as session:
            session.execute(delete(inbox).where(inbox.c.handled_at < now() - REMEMBER))

    def _remove(self, rows: list[Row]) -> None:
        """Give the lease back and forget published rows.

        Nothing is forgotten where another relay took the lease meanwhile: it may have removed
        them, and SQLite gives their positions to new events.
        """
        with self._database.transaction() as session:
            given_back = session.execute(
                update(relay_lease)
                .where(relay_lease.c.holder == self._holder)
                .values(holder=None, until=None)
            )
            if given_back.rowcount:  # type: ignore[attr-defined]
                positions = [row.position for row in rows]
                session.execute(delete(outbox).where(outbox.c.position.in_(positions)))

    def _disconnect(self) -> None:
        if self._channel is not None:
            channel, self._channel = self._channel, None
            with suppress(AMQPError, OSError):
                channel.close()
