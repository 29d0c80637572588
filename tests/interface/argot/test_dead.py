"""Dead messages are listed, shown and replayed on a real broker, and never lost."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel
from typer.testing import CliRunner, Result

from argot import dead
from argot.cli import app
from shared.events.trainer import TrainingStarted
from shared.runtime import topology

SERVICE = "catalog"
INBOX, DEAD = topology.inbox_name(SERVICE), topology.dead_name(SERVICE)
EVENT = TrainingStarted(organisation_id="acme", model_id="m1", training_id="t1")


@pytest.fixture
def channel(amqp_url: str) -> Iterator[BlockingChannel]:
    topology.declare(amqp_url, SERVICE, [TrainingStarted])
    with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
        opened = connection.channel()
        opened.confirm_delivery()
        opened.queue_purge(INBOX)
        opened.queue_purge(DEAD)
        yield opened


def bury(channel: BlockingChannel, event_id: str, **headers: Any) -> None:
    attributes = {"ce-id": event_id, "ce-type": EVENT.ce_type(), "ce-source": "/trainer"}
    failure = {"x-attempt": 8, "x-error": "ValueError: no such model"}
    properties = pika.BasicProperties(
        content_type="application/json",
        content_encoding="utf-8",
        delivery_mode=2,
        headers={**attributes, **failure, **headers},
    )
    channel.basic_publish("", DEAD, EVENT.model_dump_json(), properties, mandatory=True)


def argot(amqp_url: str, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["dead", *arguments], env={"ARGOT_AMQP_URL": amqp_url})


def ids(channel: BlockingChannel, queue: str, count: int) -> list[str]:
    """Takes `count` messages out; what another connection held comes back a moment later."""
    found: list[str] = []
    deadline = time.monotonic() + 30
    while len(found) < count and time.monotonic() < deadline:
        method, properties, _ = channel.basic_get(queue, auto_ack=True)
        if method:
            found.append(properties.headers["ce-id"])
    return found


def test_the_list_counts_and_leaves_all_in_place(amqp_url: str, channel: BlockingChannel) -> None:
    for event_id in ("e1", "e2"):
        bury(channel, event_id)
    for _ in range(30):
        with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
            assert len(dead.read(connection, SERVICE, 10)) == 2
    result = argot(amqp_url, "list")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "catalog: 2",
        "e1\tio.argot.TrainingStarted.v1\t8\tValueError: no such model",
        "e2\tio.argot.TrainingStarted.v1\t8\tValueError: no such model",
    ]
    assert ids(channel, DEAD, 2) == ["e1", "e2"]


def test_show_prints_headers_and_body(amqp_url: str, channel: BlockingChannel) -> None:
    bury(channel, "e1")
    bury(channel, "e2")
    result = argot(amqp_url, "show", SERVICE, "e2")
    assert "ce-id: e2" in result.output
    assert "x-attempt: 8" in result.output
    assert "x-error: ValueError: no such model" in result.output
    assert json.loads(result.output.splitlines()[-1])["training_id"] == "t1"
    assert ids(channel, DEAD, 2) == ["e1", "e2"]


def test_one_message_is_replayed_as_if_new(amqp_url: str, channel: BlockingChannel) -> None:
    death = [{"queue": INBOX, "reason": "delivery_limit", "count": 1}]
    bury(channel, "e1")
    bury(channel, "e2", **{"x-death": death, "x-first-death-queue": INBOX})
    result = argot(amqp_url, "replay", SERVICE, "e2")
    assert (result.exit_code, result.output) == (0, "1 replayed.\n")
    assert ids(channel, DEAD, 1) == ["e1"]
    method, properties, body = channel.basic_get(INBOX, auto_ack=True)
    assert method
    assert properties.headers.pop("x-delivery-count") == 0  # the broker's, of the inbox
    assert properties.headers == {
        "ce-id": "e2",
        "ce-type": EVENT.ce_type(),
        "ce-source": "/trainer",
        "x-error": "ValueError: no such model",
    }
    assert properties.delivery_mode == 2
    assert TrainingStarted.model_validate_json(body) == EVENT


def test_all_are_replayed(amqp_url: str, channel: BlockingChannel) -> None:
    for number in range(50):
        bury(channel, f"e{number}")
    assert argot(amqp_url, "replay", SERVICE, "--all").output == "50 replayed.\n"
    assert ids(channel, DEAD, 0) == []
    assert ids(channel, INBOX, 50) == [f"e{number}" for number in range(50)]


def test_a_death_before_the_acknowledgement_loses_nothing(
    amqp_url: str, channel: BlockingChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    bury(channel, "e1")
    with monkeypatch.context() as patch:
        patch.setattr(BlockingChannel, "basic_ack", lambda *_: (_ for _ in ()).throw(SystemExit(9)))
        assert argot(amqp_url, "replay", SERVICE, "--all").exit_code == 9
    assert ids(channel, INBOX, 1) == ["e1"]
    assert ids(channel, DEAD, 1) == ["e1"]


def test_without_an_inbox_the_message_stays(amqp_url: str, channel: BlockingChannel) -> None:
    bury(channel, "e1")
    channel.queue_delete(INBOX)
    result = argot(amqp_url, "replay", SERVICE, "e1")
    assert result.exit_code == 1
    assert result.output == "argot: The broker does not take messages for catalog.inbox.\n"
    assert ids(channel, DEAD, 1) == ["e1"]


def test_a_message_that_is_no_event_has_a_name_too(amqp_url: str, channel: BlockingChannel) -> None:
    channel.basic_publish("", DEAD, b"\xff[bold]", mandatory=True)
    name = argot(amqp_url, "list").output.splitlines()[1].split("\t")[0]
    assert "\ufffd[bold]" in argot(amqp_url, "show", SERVICE, name).output
    assert argot(amqp_url, "replay", SERVICE, name).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["show", "catalog", "e9"], "There is no dead message e9 of catalog."),
        (["replay", "catalog", "e9"], "There is no dead message e9 of catalog."),
        (["replay", "quota", "--all"], "quota has no dead-letter queue on this broker."),
        (["replay", "catalog"], "Name one message, or say --all."),
        (["replay", "catalog", "e9", "--all"], "Name one message, or say --all."),
        (["show", "gateway", "e9"], "There is no inbox of 'gateway'"),
    ],
)
@pytest.mark.usefixtures("channel")
def test_mistakes_get_one_sentence(amqp_url: str, arguments: list[str], complaint: str) -> None:
    result = argot(amqp_url, *arguments)
    assert result.exit_code == 1
    assert result.output.startswith(f"argot: {complaint}")
    assert len(result.output.splitlines()) == 1


def test_an_absent_broker_gets_one_sentence() -> None:
    result = argot("amqp://guest:guest@127.0.0.1:1/%2F", "list")
    assert result.exit_code == 1
    assert result.output.startswith("argot: The broker")
