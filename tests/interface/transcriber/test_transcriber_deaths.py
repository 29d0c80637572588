"""Deaths of a worker: the job ends once."""

import time
from collections.abc import Callable

import pytest
from sqlalchemy import select

from services.transcriber.models import Transcription
from shared.events.contract import Event
from shared.events.transcriber import (
    TranscriptionFailed,
    TranscriptionQueued,
    TranscriptionSucceeded,
)
from shared.runtime.database import Database
from shared.runtime.testing.events import Tap
from shared.runtime.testing.processes import ServiceProcess

from .conftest import Client


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def row_of(database: Database, job_id: str) -> Transcription:
    with database.transaction() as session:
        return session.scalars(select(Transcription).where(Transcription.id == job_id)).one()


def ends(tap: Tap) -> list[Event]:
    def ended(events: list[Event]) -> bool:
        return any(not isinstance(event, TranscriptionQueued) for event in events)

    tap.wait_for(ended, timeout=120)
    return [event for event in tap.wait(0.5) if not isinstance(event, TranscriptionQueued)]


@pytest.mark.parametrize("death", ["kill", "stop"])
def test_a_worker_that_ends_in_the_middle_loses_nothing(
    client: Client,
    tap: Tap,
    database: Database,
    idle_worker: ServiceProcess,
    speech: bytes,
    death: str,
) -> None:
    job = client.submit(speech)
    idle_worker.start()
    wait_until(lambda: row_of(database, job).progress > 0)
    getattr(idle_worker, death)()
    state = client.state(job)
    assert state.status == "running"
    assert 0 < state.progress < 100
    idle_worker.start()
    (event,) = ends(tap)
    assert isinstance(event, TranscriptionSucceeded)
    assert client.result(job, "txt").content.count("\n") > 1
    # A worker that is asked to stop gives its attempt back.
    assert row_of(database, job).attempts == {"kill": 2, "stop": 1}[death]


def test_a_job_that_kills_every_worker_is_given_up(
    client: Client, tap: Tap, database: Database, idle_worker: ServiceProcess
) -> None:
    job = client.submit(b"whatever")
    with database.transaction() as session:
        session.get_one(Transcription, job).attempts = 5
    idle_worker.start()
    (event,) = ends(tap)
    assert isinstance(event, TranscriptionFailed)
    assert event.code == "transcription-crashed"
    failure = client.state(job).failure
    assert failure is not None
    assert failure.code == "transcription-crashed"
