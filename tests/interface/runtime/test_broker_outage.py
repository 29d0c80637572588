"""A broker that goes away and comes back loses nothing and ends no process."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kombu import Connection

from shared.events.catalog import CustomModelDeleted
from shared.events.data import DataUse, Evaluation, StoredFile
from shared.events.trainer import TrainingSucceeded
from shared.rpc.quota import Allowance, ListClaims, Plan, PutPlan, TakeClaim
from shared.runtime import outbox, tables, topology
from shared.runtime.database import Database
from shared.runtime.local.broker import Broker
from shared.runtime.local.processes import Process
from shared.runtime.relay import Relay
from shared.runtime.testing.calls import TestCaller
from shared.runtime.testing.events import publish
from shared.runtime.testing.processes import ServiceProcess
from shared.runtime.worker.consumer import InboxConsumer

PLAN = Plan.model_validate(
    {
        "features": ["automatic_training"],
        "training": Allowance(),
        "hosting": Allowance(),
        "anchor": "2026-01-01",
    }
)


@pytest.fixture(scope="module")
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with Broker(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture
def quota(own_broker: Broker, tmp_path: Path) -> Iterator[ServiceProcess]:
    settings = {
        "ARGOT_AMQP_URL": own_broker.amqp_url,
        "ARGOT_DATABASE_URL": f"sqlite:///{tmp_path / 'quota.db'}",
    }
    with ServiceProcess("services.quota", settings, tmp_path) as process:
        yield process


def test_calls_and_events_go_on_after_an_outage(own_broker: Broker, quota: ServiceProcess) -> None:
    pid = quota.pid
    with TestCaller(own_broker.amqp_url) as call:
        call(PutPlan(organisation_id="org", plan=PLAN))
        call(TakeClaim(organisation_id="org", model_id="m", training_id="t"))

    own_broker.stop()
    assert not quota.is_ready()
    own_broker.start()

    quota.wait_until(quota.is_ready, 60)
    assert quota.pid == pid, "the process outlived the outage"
    publish(
        own_broker.amqp_url,
        TrainingSucceeded(
            organisation_id="org",
            model_id="m",
            training_id="t",
            artifact=StoredFile(storage_key="k", size=1, sha256="0" * 64),
            evaluation=Evaluation(baseline_wer=0, wer=0, ci95=(0, 0), test_seconds=0, samples=[]),
            data=DataUse(segments=0, seconds_used=0, dropped=[]),
        ),
    )
    with TestCaller(own_broker.amqp_url) as call:
        for _ in range(500):
            claims = call(ListClaims(organisation_id="org")).items
            (claim,) = [each for each in claims if each.kind == "training"]
            if claim.state == "committed":
                break
        assert claim.state == "committed"


def test_events_written_during_an_outage_are_published_after_it(
    own_broker: Broker, tmp_path: Path
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'outbox.db'}")
    tables.metadata.create_all(database.engine)
    topology.declare_listeners(own_broker.amqp_url, "catalog")
    relay = Relay(database, own_broker.amqp_url, "catalog")
    relay.start()
    for number in range(10):
        if number == 3:
            own_broker.stop()
        with database.transaction() as session:
            outbox.publish(session, CustomModelDeleted(organisation_id="org", model_id=str(number)))

    own_broker.start()

    found: list[str] = []
    with Connection(own_broker.amqp_url) as connection:
        queue = topology.inbox_queue("ingest", [CustomModelDeleted])
        while len(set(found)) < 10:
            message = queue(connection.default_channel).get(no_ack=True)
            if message is not None:
                found.append(message.headers["ce-subject"])
    relay.stop()
    assert found == [str(number) for number in range(10)]


def test_processes_end_in_order_while_the_broker_is_away(
    own_broker: Broker, quota: ServiceProcess, tmp_path: Path
) -> None:
    settings = {
        "ARGOT_AMQP_URL": own_broker.amqp_url,
        "ARGOT_DATABASE_URL": f"sqlite:///{tmp_path / 'ingest.db'}",
        "ARGOT_STORAGE_ENDPOINT": "http://127.0.0.1:9",
        "ARGOT_STORAGE_ACCESS_KEY": "nobody",
        "ARGOT_STORAGE_SECRET_KEY": "nothing",
        "ARGOT_WORK_DIR": str(tmp_path),
    }
    worker = ServiceProcess("services.ingest.worker", settings, tmp_path)
    own_broker.stop()
    Process.start(worker)  # it never gets ready
    worker.wait_until(lambda: '"started"' in worker.log_tail(), 60)
    quota.wait_until(lambda: not quota.is_ready(), 30)

    for process in (quota, worker):
        process.request_stop()

    for process in (quota, worker):
        assert process.wait(30)
        assert process.returncode == 0
    own_broker.start()


def test_a_worker_handles_events_after_an_outage(own_broker: Broker) -> None:
    handled: list[str] = []
    consumer = InboxConsumer(
        own_broker.amqp_url, "probe", {CustomModelDeleted: lambda each: handled.append(each.id)}
    )
    topology.declare(own_broker.amqp_url, "probe", [CustomModelDeleted])
    consumer.start()
    event = CustomModelDeleted(organisation_id="org", model_id="m")
    before = publish(own_broker.amqp_url, event)
    _until(lambda: handled == [before])

    own_broker.stop()
    own_broker.start()

    after = publish(own_broker.amqp_url, event)
    _until(lambda: handled == [before, after])
    consumer.stop()


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "the condition never held"
        time.sleep(0.01)
