"""Jobs whose custom model is deleted meanwhile: the use cases themselves, on a real database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from uuid6 import uuid7

from services.transcriber import models
from services.transcriber.adapters.artifacts import Artifacts
from services.transcriber.handlers import work
from services.transcriber.models import Transcription
from services.transcriber.worker import sweep_artifacts
from shared.events.catalog import CustomModelDeleted
from shared.events.data import StoredFile
from shared.rpc.catalog import TranscriptionTarget
from shared.runtime import migrations
from shared.runtime.database import Database
from shared.runtime.deliveries import Delivery
from shared.runtime.settings import StorageSettings
from shared.runtime.storage import Storage
from shared.runtime.worker.jobs import JobQueue

ARTIFACT = StoredFile(storage_key="model.tar.gz", size=1, sha256="0" * 64)


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    migrations.upgrade("transcriber", opened.engine)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def bucket(storage_settings: dict[str, str]) -> Storage:
    return Storage(StorageSettings.model_validate(storage_settings))


@pytest.fixture
def model_id() -> str:
    return str(uuid7())


def queued(database: Database, model_id: str) -> Transcription:
    target = TranscriptionTarget(
        key="fr-x", language="fr", base_model="tiny", model_id=model_id, artifact=ARTIFACT
    )
    job = Transcription(
        organisation_id="acme",
        name="talk.wav",
        terms=target.model_dump(mode="json"),
        model_id=model_id,
        status="queued",
        audio_key=f"acme/{uuid7()}/audio",
    )
    with database.transaction() as session:
        session.add(job)
    return job


def begun(database: Database, job: Transcription) -> Transcription:
    mine = models.WAITING & (Transcription.id == job.id)
    taken = JobQueue(database, Transcription, mine, lease_seconds=60).take()
    assert taken is not None
    assert work.start(taken, 5, database)
    return taken


def delete_model(database: Database, model_id: str) -> list[str]:
    """The models that are to be forgotten."""
    forgotten: list[str] = []
    gone = CustomModelDeleted(organisation_id="acme", model_id=model_id)
    work.delete_model(Delivery(str(uuid7()), gone), database, forgotten.append)
    return forgotten


def end_of(database: Database, job: Transcription) -> tuple[str, str | None]:
    with database.reading() as session:
        row = session.get_one(Transcription, job.id)
        return row.status, row.failure_code


def test_what_has_not_begun_fails(database: Database, model_id: str) -> None:
    job, other = queued(database, model_id), queued(database, str(uuid7()))
    assert delete_model(database, model_id) == [model_id]
    assert end_of(database, job) == ("failed", "custom-model-not-found")
    assert end_of(database, other) == ("queued", None)


def test_a_deleted_model_leaves_the_disk_though_its_jobs_are_gone(
    database: Database, bucket: Storage, tmp_path: Path
) -> None:
    """Wherever it was cached: only one worker hears of the deletion."""
    deleted, other = str(uuid7()), str(uuid7())
    kept = Artifacts(tmp_path, bucket, 1000)
    for model_id in (deleted, other):
        directory = tmp_path / f"{model_id}.{ARTIFACT.sha256}"
        directory.mkdir()
        (directory / "model.bin").write_bytes(b"x")
        directory.with_name(f"{directory.name}.lock").touch()
    assert delete_model(database, deleted) == [deleted]
    sweep_artifacts(kept, database)
    assert kept.models() == {other}
    assert kept.size() == 1


def test_what_has_begun_is_finished(database: Database, model_id: str) -> None:
    job = begun(database, queued(database, model_id))
    delete_model(database, model_id)
    assert end_of(database, job) == ("running", None)
    assert work.succeed(job, 1.0, "result", database)
    assert end_of(database, job) == ("succeeded", None)


def test_what_would_have_to_begin_anew_fails(database: Database, model_id: str) -> None:
    job = begun(database, queued(database, model_id))
    delete_model(database, model_id)
    assert not work.start(job, 5, database)
    assert end_of(database, job) == ("failed", "custom-model-not-found")
