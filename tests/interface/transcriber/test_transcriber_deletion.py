"""Jobs that are deleted, wherever they are: nobody works on them, and nothing of them is left."""

import io
import wave
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from argot.corpus import Prompt
from services.transcriber import models
from services.transcriber.handlers import uploads, work
from services.transcriber.models import Transcription
from shared.errors import ArgotError
from shared.events.contract import Event
from shared.events.transcriber import (
    AlignmentFailed,
    TranscriptionFailed,
    TranscriptionQueued,
    TranscriptionSucceeded,
)
from shared.rpc.transcriber import GetAudioUpload
from shared.runtime.database import Database, now
from shared.runtime.settings import StorageSettings
from shared.runtime.storage import Storage
from shared.runtime.sweeping import Ages
from shared.runtime.testing.calls import TestCaller
from shared.runtime.testing.events import Tap
from shared.runtime.testing.processes import ServiceProcess
from shared.runtime.testing.servers import ON_POSTGRESQL
from shared.runtime.worker.jobs import JobQueue

from .conftest import Client, wait_until

REPEATS = 15
"""Of a minute and a half: no worker here hears that within a minute."""


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(ArgotError) as caught:
        action()
    return caught.value.code


def about(events: list[Event], job_id: str) -> list[Event]:
    return [each for each in events if each.subject == job_id]


def lasting(speech: bytes) -> bytes:
    """The speech again and again."""
    buffer = io.BytesIO()
    with wave.open(io.BytesIO(speech)) as once, wave.open(buffer, "wb") as joined:
        joined.setparams(once.getparams())
        joined.writeframes(once.readframes(once.getnframes()) * REPEATS)
    return buffer.getvalue()


@pytest.fixture
def bucket(storage_settings: dict[str, str]) -> Storage:
    return Storage(StorageSettings.model_validate(storage_settings))


@pytest.fixture
def stranger(amqp_url: str) -> Iterator[Client]:
    with TestCaller(amqp_url) as call:
        yield Client(call, "globex")


def sweep(database: Database, bucket: Storage) -> None:
    """As it will be when what is unwanted now has settled."""
    day = now() - timedelta(days=1)
    ages = Ages(abandoned=day, settled=now() + timedelta(seconds=60), retained=day)
    uploads.sweep_uploads(database, bucket, ages)


def objects(bucket: Storage, job_id: str) -> list[str]:
    """Keys of what storage has of the job, uploads that are not complete included."""
    at = f"transcriber/acme/{job_id}/"
    return [*(each.key for each in bucket.list_prefix(at)), *(
        each.key for each in bucket.multipart.pending(at)
    )]  # fmt: skip


def test_a_job_that_waits_for_its_audio(
    client: Client, tap: Tap, database: Database, bucket: Storage
) -> None:
    opened = client.open("talk.wav", 10)
    client.send(opened.upload_id, b"0123456789")
    client.delete(opened.id)
    assert code_of(lambda: client.state(opened.id)) == "not-found"
    assert code_of(lambda: client.delete(opened.id)) == "not-found"
    assert code_of(lambda: client.complete(opened.upload_id)) == "upload-not-found"
    assert len(objects(bucket, opened.id)) == 1
    for _ in range(2):
        sweep(database, bucket)
    assert objects(bucket, opened.id) == []
    assert about(tap.wait(0.5), opened.id) == []


def test_a_queued_job_ends_with_its_event(
    client: Client, tap: Tap, database: Database, bucket: Storage
) -> None:
    transcription = client.submit(b"whatever")
    alignment = client.submit_alignment(b"whatever", "Bonjour.")
    client.delete(transcription)
    client.delete(alignment, "alignment")
    events = tap.wait_for(lambda events: bool(about(events, alignment)))
    (queued, failed), (cancelled,) = about(events, transcription), about(events, alignment)
    assert isinstance(queued, TranscriptionQueued)
    assert isinstance(failed, TranscriptionFailed)
    assert failed.code == "transcription-cancelled"
    assert isinstance(cancelled, AlignmentFailed)
    assert cancelled.code == "alignment-cancelled"
    sweep(database, bucket)
    assert objects(bucket, transcription) == objects(bucket, alignment) == []


def test_a_deleted_job_is_known_to_nobody(client: Client, stranger: Client) -> None:
    opened = client.open_alignment("talk.wav", 10, "Bonjour.")
    assert code_of(lambda: stranger.delete(opened.id, "alignment")) == "not-found"
    assert code_of(lambda: client.delete(opened.id)) == "not-found"
    assert client.state(opened.id, "alignment").status == "uploading"
    client.send(opened.upload_id, b"0123456789")
    client.complete(opened.upload_id)
    client.delete(opened.id, "alignment")
    state = client.call(GetAudioUpload(organisation_id="acme", upload_id=opened.upload_id))
    assert (state.status, state.received) == ("aborted", [])
    assert code_of(lambda: client.complete(opened.upload_id)) == "upload-not-found"


def test_a_result_that_comes_too_late_brings_nothing_back(
    client: Client, tap: Tap, database: Database, bucket: Storage
) -> None:
    job_id = client.submit(b"whatever")
    queue = JobQueue(database, Transcription, models.WAITING, lease_seconds=60)
    job = queue.take()
    assert job is not None
    assert job.id == job_id
    assert work.start(job, 5, database)
    client.delete(job_id)

    assert not queue.renew(job_id), "the worker is told to stop"
    (key,) = objects(bucket, job_id)
    late = f"{models.folder(key)}late.json"
    bucket.put_file(late, Path(__file__))
    assert not work.succeed(job, 1.0, late, database)
    work.put_back(job, database)
    queue.give_back(job_id)
    assert code_of(lambda: client.state(job_id)) == "not-found"
    sweep(database, bucket)
    assert objects(bucket, job_id) == []
    ends = about(tap.wait(0.5), job_id)[1:]
    assert [type(each) for each in ends] == [TranscriptionFailed]


@ON_POSTGRESQL
def test_a_running_job_is_left_for_the_next_and_an_ended_one_goes_with_its_result(
    client: Client,
    tap: Tap,
    database: Database,
    bucket: Storage,
    idle_worker: ServiceProcess,
    speech: bytes,
    french: list[Prompt],
) -> None:
    long = client.submit(lasting(speech))
    idle_worker.start()
    wait_until(lambda: client.state(long).progress > 0)
    client.delete(long)
    after = client.submit(french[0].path.read_bytes())
    wait_until(lambda: client.state(after).status == "succeeded", 60)
    assert len(objects(bucket, after)) == 2
    client.delete(after)
    assert code_of(lambda: client.result(after)) == "not-found"
    sweep(database, bucket)
    assert objects(bucket, long) == objects(bucket, after) == []
    events = tap.wait(0.5)
    assert [type(each) for each in about(events, long)] == [
        TranscriptionQueued,
        TranscriptionFailed,
    ]
    assert [type(each) for each in about(events, after)] == [
        TranscriptionQueued,
        TranscriptionSucceeded,
    ]
