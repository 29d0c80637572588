"""State and message are one commit, whatever dies in between."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
import sqlalchemy as sa

from shared.events.catalog import CustomModelCreated, CustomModelDeleted
from shared.events.contract import Event
from shared.runtime import context, outbox, tables
from shared.runtime.database import AlreadyHandledError, Database, now
from shared.runtime.relay import Relay
from shared.runtime.testing.events import Tap


def deleted(number: int) -> CustomModelDeleted:
    return CustomModelDeleted(organisation_id="org", model_id=str(number))


def emit(database: Database, *numbers: int) -> None:
    for number in numbers:
        with database.transaction() as session:
            outbox.publish(session, deleted(number))


def waiting(database: Database) -> int:
    with database.engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(tables.outbox)) or 0


def subjects(events: list[Event]) -> list[int]:
    return [int(event.subject) for event in events]


@pytest.fixture
def tap(amqp_url: str) -> Iterator[Tap]:
    with Tap(amqp_url, "catalog") as tap:
        yield tap


@pytest.fixture
def relay(database: Database, amqp_url: str) -> Iterator[Relay]:
    relay = Relay(database, amqp_url, "catalog")
    relay.start()
    yield relay
    relay.stop()


def test_an_event_that_no_broker_takes_fails_its_own_transaction_alone(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "MAX_BYTES", 1000)
    with pytest.raises(ValueError, match="over 1000 bytes"), database.transaction() as session:
        outbox.publish(session, CustomModelDeleted(organisation_id="org", model_id="1" * 1000))

    emit(database, 1)

    assert waiting(database) == 1


def test_events_come_in_the_order_of_their_commits(
    database: Database, relay: Relay, tap: Tap
) -> None:
    emit(database, *range(500))

    assert subjects(tap.wait_for(lambda seen: len(seen) >= 500)) == list(range(500))


def test_what_is_rolled_back_is_never_published(database: Database, relay: Relay, tap: Tap) -> None:
    with suppress(RuntimeError), database.transaction() as session:
        outbox.publish(session, deleted(1))
        raise RuntimeError
    emit(database, 2)

    assert subjects(tap.wait_for(bool)) == [2]


def test_an_event_bears_cloudevents_headers_and_its_request(
    database: Database, relay: Relay, tap: Tap
) -> None:
    context.bind({"request_id": "click-1"})
    with database.transaction() as session:
        outbox.publish(
            session,
            CustomModelCreated(
                organisation_id="org", model_id="7", key="k", name="n", language="fr"
            ),
        )
    tap.wait_for(lambda seen: len(seen) == 1)

    (headers,) = tap.headers
    assert headers["ce-specversion"] == "1.0"
    assert headers["ce-type"] == "io.argot.CustomModelCreated.v1"
    assert (headers["ce-source"], headers["ce-subject"]) == ("/catalog", "7")
    assert headers["request_id"] == "click-1"
    assert {"ce-id", "ce-time", "traceparent"} <= set(headers)


def test_several_relays_publish_each_event_once_and_in_order(
    database: Database, amqp_url: str, tap: Tap
) -> None:
    relays = [Relay(database, amqp_url, "catalog") for _ in range(3)]
    for relay in relays:
        relay.start()
    emit(database, *range(300))
    seen = tap.wait_for(lambda events: len(events) >= 300)
    for relay in relays:
        relay.stop()

    assert subjects(seen) == list(range(300))
    assert waiting(database) == 0


def test_a_relay_that_outlasts_its_lease_removes_nothing(database: Database, tap: Tap) -> None:
    slow, quick = (Relay(database, "amqp://nowhere", "catalog") for _ in range(2))
    with database.transaction() as session:
        session.execute(sa.insert(tables.relay_lease).values(id=1))
    emit(database, 1)
    late = slow._take_batch()
    assert late
    assert quick._take_batch() is None, "the lease is held"
    with database.transaction() as session:
        session.execute(sa.update(tables.relay_lease).values(until=now() - timedelta(seconds=1)))
    taken = quick._take_batch()
    assert taken == late
    quick._remove(taken)
    emit(database, 2)  # SQLite gives it the position of the first one

    slow._remove(late)

    assert waiting(database) == 1


DIES_BEFORE_MARKING = """
import os, signal, sys
from shared.runtime.database import Database
from shared.runtime.relay import Relay

class Doomed(Relay):
    def _remove(self, rows):
        os.kill(os.getpid(), signal.SIGKILL)

relay = Doomed(Database(sys.argv[1]), sys.argv[2], "catalog")
relay.start()
relay._thread.join()
"""


def test_a_relay_killed_between_confirm_and_mark_loses_nothing(
    database: Database, database_url: str, amqp_url: str, tap: Tap
) -> None:
    emit(database, *range(20))
    doomed = subprocess.run(
        [sys.executable, "-c", DIES_BEFORE_MARKING, database_url, amqp_url], check=False, timeout=60
    )
    assert doomed.returncode == -signal.SIGKILL
    assert subjects(tap.wait_for(lambda seen: len(seen) >= 20)) == list(range(20))
    assert waiting(database) == 20, "confirmed, but not marked"

    relay = Relay(database, amqp_url, "catalog")
    relay.start()
    seen = tap.wait_for(lambda events: len(events) >= 40)
    relay.stop()

    assert subjects(seen) == [*range(20), *range(20)]
    ids = [headers["ce-id"] for headers in tap.headers]
    assert ids[:20] == ids[20:], "consumers know the repeated events by their ids"


def test_one_message_has_one_effect(database: Database) -> None:
    with database.once("message-1") as session:
        outbox.publish(session, deleted(1))
    with pytest.raises(AlreadyHandledError), database.once("message-1") as session:
        outbox.publish(session, deleted(2))

    assert waiting(database) == 1


def test_a_failed_attempt_does_not_count_as_handled(database: Database) -> None:
    with pytest.raises(RuntimeError), database.once("message-1"):
        raise RuntimeError

    with database.once("message-1") as session:
        outbox.publish(session, deleted(1))

    assert waiting(database) == 1


def test_a_message_handled_by_two_at_once_has_one_effect(database: Database) -> None:
    outcomes: list[str] = []

    def handle() -> None:
        try:
            with database.once("message-1") as session:
                outbox.publish(session, deleted(1))
        except AlreadyHandledError:
            outcomes.append("repeated")
        else:
            outcomes.append("handled")

    threads = [threading.Thread(target=handle) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["handled", "repeated", "repeated", "repeated"]
    assert waiting(database) == 1
