"""Deaths in the middle of a run: it goes on from its checkpoint and ends once."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from services.trainer.models import Run
from shared.events.catalog import CustomModelDeleted, TrainRequested
from shared.events.contract import Event
from shared.events.trainer import TrainingFailed, TrainingStarted, TrainingSucceeded
from shared.runtime.database import Database
from shared.runtime.storage import Storage
from shared.runtime.testing.events import Tap, publish
from shared.runtime.testing.processes import ServiceProcess

Told = Callable[..., TrainRequested]
Engines = Callable[[], list[int]]


@pytest.fixture
def database(service: ServiceProcess, database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def worker(environment: dict[str, str], logs: Path) -> Iterator[ServiceProcess]:
    with ServiceProcess("services.trainer.worker", environment, logs) as process:
        yield process


def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def engines(environment: dict[str, str]) -> Callable[[], list[int]]:
    """The living engines of the module's workers."""
    work_dir = environment["ARGOT_WORK_DIR"].encode()

    def living() -> list[int]:
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes()
                state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if work_dir in command and state != "Z":
                found.append(int(folder.name))
        return found

    return living


def row(database: Database, event: TrainRequested) -> Run:
    with database.transaction() as session:
        return session.scalars(select(Run).where(Run.id == event.training_id)).one()


def checkpoints(objects: Storage, event: TrainRequested) -> list[str]:
    prefix = f"trainings/acme/{event.model_id}/"
    return [each.key for each in objects.list_prefix(prefix) if each.key.endswith(".safetensors")]


def succeeded_once(tap: Tap) -> TrainingSucceeded:
    tap.wait_for(lambda events: any(isinstance(each, TrainingSucceeded) for each in events))
    events = tap.wait(1.0)
    assert len([each for each in events if isinstance(each, TrainingStarted)]) == 1
    (succeeded,) = [each for each in events if isinstance(each, TrainingSucceeded)]
    return succeeded


@pytest.fixture
def running(
    amqp_url: str, tap: Tap, told: Told, database: Database, worker: ServiceProcess
) -> TrainRequested:
    """A run whose engine waits, and whose checkpoint is stored."""
    event = told("wait")
    publish(amqp_url, event)
    tap.wait_for(lambda seen: any(isinstance(each, TrainingStarted) for each in seen))
    until(lambda: row(database, event).checkpoint is not None)
    return event


def test_a_killed_engine_goes_on_from_the_checkpoint(
    running: TrainRequested, tap: Tap, engines: Engines
) -> None:
    (engine,) = engines()
    os.kill(engine, signal.SIGKILL)
    assert succeeded_once(tap).evaluation.test_seconds == 1


def test_a_killed_worker_takes_its_engine_along_and_another_goes_on(
    running: TrainRequested, tap: Tap, worker: ServiceProcess, engines: Engines
) -> None:
    worker.kill()  # the engine is in a group of its own
    until(lambda: not engines())
    worker.start()
    assert succeeded_once(tap).evaluation.test_seconds == 1


def test_a_stopped_worker_stores_the_last_checkpoint_and_gives_the_run_back(
    running: TrainRequested,
    tap: Tap,
    worker: ServiceProcess,
    database: Database,
    engines: Engines,
) -> None:
    worker.request_stop()
    assert worker.wait(15)
    assert not engines()
    left = row(database, running)
    assert (left.status, left.attempts, left.lease_until) == (3, 0, None)
    worker.start()
    assert succeeded_once(tap).evaluation.test_seconds == 2


def test_the_checkpoint_is_removed_after_the_end(
    running: TrainRequested, tap: Tap, objects: Storage, database: Database, engines: Engines
) -> None:
    (engine,) = engines()
    os.kill(engine, signal.SIGKILL)
    artifact = succeeded_once(tap).artifact
    assert checkpoints(objects, running) or row(database, running).tidied_at
    until(lambda: not checkpoints(objects, running))
    assert objects.stat(artifact.storage_key).size == artifact.size


def test_a_deleted_model_stops_its_engine_within_ten_seconds(
    amqp_url: str,
    environment: dict[str, str],
    logs: Path,
    tap: Tap,
    told: Told,
    database: Database,
    engines: Engines,
) -> None:
    as_delivered = {**environment, "ARGOT_LEASE_SECONDS": "15"}
    with ServiceProcess("services.trainer.worker", as_delivered, logs):
        event = told("deaf")
        publish(amqp_url, event)
        tap.wait_for(lambda seen: any(isinstance(each, TrainingStarted) for each in seen))
        until(lambda: bool(engines()))
        deleted = CustomModelDeleted(organisation_id="acme", model_id=event.model_id)
        publish(amqp_url, deleted)
        until(lambda: not engines(), 10)
        assert row(database, event).failure_code == "model-deleted"
        later = event.model_copy(update={"training_id": "00000000-0000-7000-8000-000000000000"})
        publish(amqp_url, later)
        seen = tap.wait_for(lambda seen: len(_ends(seen)) == 2)
        # A training that ran has cost its claim; one that never began gives it back.
        assert [(each.code, each.fault) for each in _ends(seen)] == [
            ("model-deleted", "data"),
            ("model-deleted", "platform"),
        ]
        assert not engines()


def _ends(events: list[Event]) -> list[TrainingFailed]:
    return [event for event in events if isinstance(event, TrainingFailed)]
