"""Jobs whose custom model is deleted meanwhile: the use cases themselves, on a real database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from uuid6 import uuid7

from services.transcriber import models
from services.transcriber.adapters import finder
from services.transcriber.adapters.artifacts import Artifacts, CustomModel
from services.transcriber.adapters.recogniser import Recogniser
from services.transcriber.handlers import work
from services.transcriber.models import Transcription
from services.transcriber.settings import WorkerSettings
from services.transcriber.worker import sweep_artifacts
from shared.events.catalog import CustomModelDeleted
from shared.events.data import StoredFile
from shared.rpc.catalog import TranscriptionTarget
from shared.runtime.database import Database
from shared.runtime.deliveries import Delivery
from shared.runtime.storage import Storage
from shared.runtime.worker.jobs import JobQueue

ARTIFACT = StoredFile(storage_key="model.tar.gz", size=1, sha256="0" * 64)


@pytest.fixture
def model_id() -> str:
    return str(uuid7())


def target_of(model_id: str) -> TranscriptionTarget:
    return TranscriptionTarget(
        key="fr-x", language="fr", base_model="tiny", model_id=model_id, artifact=ARTIFACT
    )


def queued(database: Database, model_id: str) -> Transcription:
    job = Transcription(
        organisation_id="acme",
        name="talk.wav",
        terms=target_of(model_id).model_dump(mode="json"),
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


def test_the_database_does_not_wait_for_the_disk(database: Database, model_id: str) -> None:
    """Nor does an error of the disk undo what was recorded."""
    job = queued(database, model_id)

    def forget(gone: str) -> None:
        with database.transaction() as session:  # one at a time writes to SQLite
            assert models.is_deleted(session, gone)
        raise OSError("the disk")

    gone = CustomModelDeleted(organisation_id="acme", model_id=model_id)
    with pytest.raises(OSError, match="the disk"):
        work.delete_model(Delivery(str(uuid7()), gone), database, forget)
    assert end_of(database, job) == ("failed", "custom-model-not-found")


def test_a_deleted_model_leaves_memory(
    database: Database, model_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []

    class Loaded(Recogniser):
        def __init__(self, directory: Path, *_: object) -> None:
            loaded.append(directory.name.partition(".")[0])

    class OnDisk(Artifacts):
        @contextmanager
        def using(self, model: CustomModel, unwanted: Event) -> Iterator[Path]:  # noqa: ARG002
            directory = tmp_path / model.name
            directory.mkdir(exist_ok=True)
            (directory / "model.bin").write_bytes(b"x")
            yield directory

    monkeypatch.setattr(finder, "Recogniser", Loaded)
    settings = WorkerSettings.model_construct(
        inference_device="cpu", inference_threads=1, model_memory_bytes=1000
    )
    find = finder.model_finder(
        settings,
        OnDisk(tmp_path, Storage.__new__(Storage), 1000),
        lambda model_ids: work.deleted_models(model_ids, database),
    )
    other = str(uuid7())
    for each in (model_id, other, model_id, other):
        find(target_of(each), Event())
    assert loaded == [model_id, other]
    delete_model(database, model_id)
    find(target_of(other), Event())
    find(target_of(model_id), Event())  # a job that had begun
    assert loaded == [model_id, other, model_id]


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


def test_what_was_put_back_waits_and_ends_with_its_model(database: Database, model_id: str) -> None:
    job = begun(database, queued(database, model_id))
    work.record_progress(job, 40.0, database)
    work.put_back(job, database)
    with database.reading() as session:
        row = session.get_one(Transcription, job.id)
        assert (row.status, row.progress, row.attempts) == ("queued", 0.0, 0)
    delete_model(database, model_id)
    assert end_of(database, job) == ("failed", "custom-model-not-found")


def test_what_would_have_to_begin_anew_fails(database: Database, model_id: str) -> None:
    job = begun(database, queued(database, model_id))
    delete_model(database, model_id)
    assert not work.start(job, 5, database)
    assert end_of(database, job) == ("failed", "custom-model-not-found")
