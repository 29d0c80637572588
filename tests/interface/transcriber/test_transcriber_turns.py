"""Whose turn it is: organisations share the workers, and short audio goes before long."""

import httpx
import pytest
from sqlalchemy import delete, insert, text

from services.transcriber import models
from services.transcriber.handlers import jobs, uploads, work
from services.transcriber.models import Transcription
from shared.rpc.catalog import TranscriptionTarget
from shared.rpc.transcriber import (
    CompleteAudioUpload,
    DeleteTranscription,
    OpenTranscription,
    SignAudioParts,
)
from shared.runtime.database import Database
from shared.runtime.local.storage import StorageAddress
from shared.runtime.settings import StorageSettings
from shared.runtime.storage import Storage
from shared.runtime.testing.plans import query_plans
from shared.runtime.worker.jobs import JobQueue

SHORT, LONG = 16_000, 16_000 * 601
"""Bytes of an MP3: a second, and what is just too long for the short line."""
TARGET = TranscriptionTarget(
    key="fr", language="fr", base_model="tiny", model_id=None, artifact=None
)
MANY = 2000


@pytest.fixture
def database(database: Database) -> Database:
    """Without jobs."""
    with database.transaction() as session:
        session.execute(delete(Transcription))
    return database


class System:
    """Users who submit, and a worker that begins."""

    def __init__(self, database: Database, bucket: Storage) -> None:
        self._database, self._bucket = database, bucket
        self._names: dict[str, str] = {}
        self._queue = JobQueue(
            database, Transcription, models.WAITING, lease_seconds=60, order=models.IN_TURN
        )

    def submit(self, organisation: str, name: str, size: int) -> str:
        request = OpenTranscription(
            organisation_id=organisation, target=TARGET, name=f"{name}.mp3", size=size
        )
        opened = jobs.open_transcription(request, self._database, self._bucket)
        about = {"organisation_id": organisation, "upload_id": opened.upload_id}
        sign = SignAudioParts(**about, part_numbers=[1])
        (part,) = uploads.sign_audio_parts(sign, self._database, self._bucket).items
        httpx.put(part.url, content=bytes(size)).raise_for_status()
        complete = CompleteAudioUpload(**about)
        uploads.complete_audio_upload(complete, self._database, self._bucket)
        self._names[opened.id] = name
        return opened.id

    def delete(self, organisation: str, job_id: str) -> None:
        request = DeleteTranscription(organisation_id=organisation, transcription_id=job_id)
        jobs.delete_transcription(request, self._database)

    def take(self, name: str) -> Transcription:
        """The job that is begun, which has this name."""
        job = self._queue.take()
        assert job is not None
        assert self._names[job.id] == name
        assert work.start(job, 5, self._database)
        return job

    def give_back(self, job: Transcription) -> None:
        self._queue.give_back(job.id)

    def begin(self) -> str | None:
        """The name of the job that is begun; None where none waits."""
        job = self._queue.take()
        if job is None:
            return None
        assert work.start(job, 5, self._database)
        return self._names[job.id]

    def begin_all(self) -> list[str]:
        return list(iter(self.begin, None))  # type: ignore[arg-type]


@pytest.fixture
def system(database: Database, storage: StorageAddress, storage_bucket: str) -> System:
    settings = {
        "storage_endpoint": storage.endpoint,
        "storage_access_key": storage.access_key,
        "storage_secret_key": storage.secret_key,
        "storage_bucket": storage_bucket,
    }
    return System(database, Storage(StorageSettings.model_validate(settings)))


def test_an_organisation_with_much_lets_one_with_little_in(system: System) -> None:
    for name in "123":
        system.submit("acme", f"acme {name}", SHORT)
    assert system.begin() == "acme 1"
    for name in "12":
        system.submit("globex", f"globex {name}", SHORT)
    assert system.begin_all() == ["acme 2", "globex 1", "acme 3", "globex 2"]


def test_short_goes_before_long_of_others_and_of_its_own_organisation(system: System) -> None:
    for name in "12":
        system.submit("acme", f"long {name}", LONG)
    system.submit("acme", "own clip", SHORT)
    system.submit("globex", "clip", SHORT)
    assert [system.begin() for _ in range(3)] == ["own clip", "clip", "long 1"]
    system.submit("globex", "late clip", SHORT)
    assert system.begin_all() == ["late clip", "long 2"]


def test_a_recording_that_was_taken_for_a_clip_waits_its_turn(
    system: System, database: Database
) -> None:
    system.submit("acme", "clip 1", SHORT)
    job = system.take("clip 1")
    assert not work.misjudged(job, 600.0, database)
    for name in "23":
        system.submit("acme", f"clip {name}", SHORT)
    system.submit("globex", "long", LONG)
    assert work.misjudged(job, 36_000.0, database)
    work.put_back(job, database)
    system.give_back(job)
    assert system.begin_all() == ["clip 2", "clip 3", "long", "clip 1"]
    with database.reading() as session:
        again = session.get_one(Transcription, job.id)
        assert again.line == "long"
        assert not work.misjudged(again, 36_000.0, database), "once is enough"


def test_what_was_deleted_counts_for_nothing(system: System) -> None:
    mistaken = [system.submit("acme", "mistake", SHORT) for _ in range(5)]
    system.submit("globex", "first", SHORT)
    system.submit("globex", "second", SHORT)
    for job_id in mistaken:
        system.delete("acme", job_id)
    system.submit("acme", "meant", SHORT)
    assert system.begin_all() == ["first", "meant", "second"]


def test_the_next_job_is_found_by_the_index(database: Database) -> None:
    rows = [
        {
            "id": f"{number:036}",
            "organisation_id": f"org-{number % 7}",
            "name": "talk.mp3",
            "terms": {},
            "audio_key": "a",
            "status": "queued" if number % 10 == 0 else "succeeded",
            "turn": MANY - number,
        }
        for number in range(MANY)
    ]
    with database.transaction() as session:
        session.execute(insert(Transcription), rows)
        session.execute(text("ANALYZE transcriptions"))
    queue = JobQueue(
        database, Transcription, models.WAITING, lease_seconds=60, order=models.IN_TURN
    )
    with query_plans(database) as plans:
        job = queue.take()
        with database.reading() as session:
            last = models.last_turn(session, "org-0", "short")

    assert job is not None
    assert (job.turn, last) == (10, MANY)
    assert len(plans) == 2
    for plan, index in zip(
        plans, ("ix_transcriptions_turn", "ix_transcriptions_line"), strict=True
    ):
        assert index in plan
        assert "B-TREE" not in plan, "SQLite would sort"
        assert "Sort" not in plan, "PostgreSQL would sort"
