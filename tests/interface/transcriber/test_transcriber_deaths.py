"""Deaths of a worker: the job ends once."""

import io
import json
import wave
from functools import partial

import pytest
from sqlalchemy import select, update

from argot.corpus import Prompt
from services.transcriber.models import Transcription
from shared.events.contract import Event
from shared.events.transcriber import (
    AlignmentSucceeded,
    TranscriptionFailed,
    TranscriptionQueued,
    TranscriptionSucceeded,
)
from shared.runtime.database import Database
from shared.runtime.testing.events import Tap
from shared.runtime.testing.processes import ServiceProcess
from shared.runtime.testing.servers import ON_POSTGRESQL

from .conftest import Client, wait_until


def row_of(database: Database, job_id: str) -> Transcription:
    with database.transaction() as session:
        return session.scalars(select(Transcription).where(Transcription.id == job_id)).one()


def ends(tap: Tap, job_id: str) -> list[Event]:
    """The events that end the job: there should be one."""

    def ended(events: list[Event]) -> list[Event]:
        about = [event for event in events if event.subject == job_id]
        return [event for event in about if not isinstance(event, TranscriptionQueued)]

    tap.wait_for(lambda events: bool(ended(events)), timeout=120)
    return ended(tap.wait(0.5))


@pytest.fixture(scope="module")
def long_speech(speech: bytes) -> bytes:
    """More windows than a worker hears at the same time, several times over."""
    longer = io.BytesIO()
    with wave.open(io.BytesIO(speech)) as once, wave.open(longer, "wb") as joined:
        joined.setparams(once.getparams())
        joined.writeframes(once.readframes(once.getnframes()) * 2)
    return longer.getvalue()


@ON_POSTGRESQL
def test_a_worker_that_ends_in_the_middle_loses_nothing(
    client: Client, tap: Tap, database: Database, idle_worker: ServiceProcess, long_speech: bytes
) -> None:
    job = client.submit(long_speech)
    patient_stop = partial(idle_worker.stop, 30)
    for attempt, end in ((0, patient_stop), (1, idle_worker.kill)):
        with database.transaction() as session:  # the attempt before it got somewhere, too
            session.execute(update(Transcription).values(progress=0.0))
        idle_worker.start()
        wait_until(lambda: row_of(database, job).progress > 0)
        end()
        state = client.state(job)
        if attempt:  # nobody knows of a death before the lease has run out
            assert 0 < state.progress < 100
            assert state.status == "running"
        else:
            assert (state.status, state.progress) == ("queued", 0.0)
        # A worker that is asked to stop gives its attempt back.
        assert row_of(database, job).attempts == attempt
    idle_worker.start()
    (event,) = ends(tap, job)
    assert isinstance(event, TranscriptionSucceeded)
    assert row_of(database, job).attempts == 2
    assert client.result(job, "txt").content.count("\n") > 1


@ON_POSTGRESQL
def test_a_worker_that_is_killed_while_it_aligns_loses_nothing(
    client: Client,
    tap: Tap,
    database: Database,
    idle_worker: ServiceProcess,
    long_speech: bytes,
    french: list[Prompt],
) -> None:
    lines = [prompt.text for prompt in french] * 2
    job = client.submit_alignment(long_speech, "\n".join(lines))
    idle_worker.start()
    wait_until(lambda: row_of(database, job).progress > 0)
    idle_worker.kill()
    assert client.state(job, "alignment").status == "running"
    idle_worker.start()
    (event,) = ends(tap, job)
    assert isinstance(event, AlignmentSucceeded)
    assert row_of(database, job).attempts == 2
    document = json.loads(client.result(job, kind="alignment").content)
    written = "".join(cue["text"] for cue in document["cues"])
    assert "".join(written.split()) == "".join("".join(lines).split())


def test_a_job_that_was_begun_too_often_is_given_up(
    client: Client, tap: Tap, database: Database, idle_worker: ServiceProcess
) -> None:
    job = client.submit(b"whatever")
    with database.transaction() as session:
        session.get_one(Transcription, job).attempts = 5
    idle_worker.start()
    (event,) = ends(tap, job)
    assert isinstance(event, TranscriptionFailed)
    assert event.code == "transcription-crashed"
    failure = client.state(job).failure
    assert failure is not None
    assert failure.code == "transcription-crashed"
