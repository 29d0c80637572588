"""Events are seen as they pass on a real broker, without taking them from anybody."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from argot.bus import PUBLISHERS
from argot.demo.observers import EventCounter
from shared.events.contract import Event
from shared.events.quota import HostingLapsed
from shared.events.trainer import TrainingStarted

STARTED = TrainingStarted(organisation_id="acme", model_id="m1", training_id="t1")
LAPSED = HostingLapsed(organisation_id="acme", model_id="m2")


@pytest.fixture
def channel(amqp_url: str) -> Iterator[BlockingChannel]:
    with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
        yield connection.channel()


def publish(channel: BlockingChannel, event: Event) -> None:
    headers = {
        "ce-specversion": "1.0",
        "ce-id": f"id-{event.subject}",
        "ce-type": event.ce_type(),
        "ce-source": f"/{event.publisher}",
        "ce-subject": event.subject,
        "ce-time": "2026-01-01T12:34:56.789000+00:00",
        "traceparent": "00-0-0-01",
    }
    channel.basic_publish(
        f"{event.publisher}.events",
        type(event).__name__,
        event.model_dump_json(),
        pika.BasicProperties(content_type="application/json", headers=headers),
    )


@contextmanager
def listening(amqp_url: str, *options: str) -> "Iterator[subprocess.Popen[str]]":
    """The command in a process of its own, once it listens; killed where a test left it."""
    # Where the tests run in the background, all that they start would ignore SIGINT.
    heeding = ["env", "--default-signal=INT"]
    with subprocess.Popen(
        [*heeding, sys.executable, "-c", "from argot.cli import app; app()", "events", *options],
        env={**os.environ, "ARGOT_AMQP_URL": amqp_url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as listener:
        try:
            assert listener.stderr is not None
            assert listener.stderr.readline() == "Listening.\n"
            yield listener
        finally:
            listener.kill()


def test_every_publisher_is_heard() -> None:
    assert PUBLISHERS == ["catalog", "ingest", "quota", "trainer", "transcriber"]


def test_cloud_events_as_json_and_as_lines(amqp_url: str, channel: BlockingChannel) -> None:
    with listening(amqp_url, "--json") as documents, listening(amqp_url) as lines:
        publish(channel, STARTED)
        publish(channel, LAPSED)
        assert documents.stdout
        assert lines.stdout
        assert json.loads(documents.stdout.readline()) == {
            "specversion": "1.0",
            "id": "id-m1",
            "type": "io.argot.TrainingStarted.v1",
            "source": "/trainer",
            "subject": "m1",
            "time": "2026-01-01T12:34:56.789000+00:00",
            "traceparent": "00-0-0-01",
            "datacontenttype": "application/json",
            "data": {"organisation_id": "acme", "model_id": "m1", "training_id": "t1"},
        }
        assert json.loads(documents.stdout.readline())["type"] == "io.argot.HostingLapsed.v1"
        line = lines.stdout.readline()
        assert line.split() == ["12:34:56.789", "TrainingStarted", "m1", '{"training_id":', '"t1"}']
        for listener in (documents, lines):
            listener.send_signal(signal.SIGINT)
            listener.wait(30)
            assert listener.stderr
            assert "Traceback" not in listener.stderr.read()


def test_the_counter_misses_nothing_once_it_is_entered(
    amqp_url: str, channel: BlockingChannel
) -> None:
    with EventCounter(amqp_url) as counter:
        for _ in range(100):
            publish(channel, STARTED)
        publish(channel, LAPSED)
        assert counter.wait_for("HostingLapsed", 1, 10)
        assert counter.wait_for("TrainingStarted", 100, 10)
        assert not counter.wait_for("TrainingFailed", 1, 0.1)
    assert counter.counts == {"TrainingStarted": 100, "HostingLapsed": 1}
    assert counter.first["HostingLapsed"].data["model_id"] == "m2"
