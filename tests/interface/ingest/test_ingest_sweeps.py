"""What goes from storage and when: the use cases themselves, on a real database and storage."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from uuid6 import uuid7

from services.ingest.handlers import datasets, sweeps, uploads
from services.ingest.models.tables import Dataset, Upload
from services.ingest.worker import Examination
from shared.errors import ArgotError
from shared.events.catalog import CustomModelDeleted, TrainRequested
from shared.events.trainer import TrainingFailed
from shared.rpc import ingest as wire
from shared.runtime import migrations, sweeping
from shared.runtime.database import Database, now
from shared.runtime.deliveries import Delivery
from shared.runtime.settings import StorageSettings
from shared.runtime.storage import Storage, StorageUnavailable
from shared.runtime.sweeping import Ages
from shared.runtime.tables import outbox
from shared.runtime.worker.jobs import JobQueue, Lease

YOUNG = Ages(*[now() - timedelta(days=1)] * 3)
NO_TIME = timedelta(0)


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    migrations.upgrade("ingest", opened.engine)
    yield opened
    opened.close()


class User:
    """One organisation's user with a model of their own."""

    def __init__(self, database: Database, storage: Storage) -> None:
        self.database = database
        self.storage = storage
        self.model_id = str(uuid7())

    @property
    def mine(self) -> dict[str, str]:
        return {"organisation_id": "acme", "model_id": self.model_id}

    def open(self, name: str, size: int = 3) -> str:
        request = wire.OpenUploads(
            **self.mine, type="auto", files=[wire.NamedFile(name=name, size=size)]
        )
        opened = uploads.open_uploads(request, self.database, self.storage, can_convert=True)
        (item,) = opened.items
        assert item.upload_id is not None
        return item.upload_id

    def send(self, upload_id: str, data: bytes = b"abc") -> None:
        request = wire.SignParts(organisation_id="acme", upload_id=upload_id, part_numbers=[1])
        (part,) = uploads.sign_parts(request, self.database, self.storage).items
        httpx.put(part.url, content=data).raise_for_status()

    def complete(self, upload_id: str) -> str:
        request = wire.CompleteUpload(organisation_id="acme", upload_id=upload_id)
        return uploads.complete_upload(request, self.database, self.storage).id

    def abort(self, upload_id: str) -> None:
        request = wire.AbortUpload(organisation_id="acme", upload_id=upload_id)
        uploads.abort_upload(request, self.database, self.storage)

    def events(self) -> list[str]:
        """The names of the events about the model that wait for the relay."""
        with self.database.reading() as session:
            waiting = session.execute(select(outbox.c.event, outbox.c.body)).all()
        return [each.event for each in waiting if self.model_id in each.body]

    def upload(self, name: str) -> Dataset:
        upload_id = self.open(name)
        self.send(upload_id)
        return self.row(self.complete(upload_id))

    def row(self, dataset_id: str) -> Dataset:
        with self.database.reading() as session:
            return session.get_one(Dataset, dataset_id)

    def change_upload(self, upload_id: str, **values: object) -> Upload:
        with self.database.transaction() as session:
            upload = session.get_one(Upload, upload_id)
            for name, value in values.items():
                setattr(upload, name, value)
            return upload

    def delete(self, dataset: Dataset, ago: timedelta = NO_TIME) -> None:
        request = wire.DeleteDataset(**self.mine, dataset_id=dataset.id)
        datasets.delete_dataset(request, self.database)
        with self.database.transaction() as session:
            session.get_one(Dataset, dataset.id).deleted_at = now() - ago

    def keys(self) -> set[str]:
        return {each.key for each in self.storage.list_prefix(f"datasets/acme/{self.model_id}/")}

    def pending(self) -> set[str]:
        prefix = f"datasets/acme/{self.model_id}/"
        return {each.key for each in self.storage.multipart.pending(prefix)}

    def sweep(self, ages: Ages | None = None) -> None:
        sweeps.sweep(self.database, self.storage, ages or YOUNG)


@pytest.fixture
def user(database: Database, bucket: Storage) -> User:
    return User(database, bucket)


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(ArgotError) as caught:
        action()
    return caught.value.code


def later(database: Database) -> Ages:
    """The ages of a sweep after everything that has happened, without abandoning uploads."""
    return YOUNG._replace(settled=now() + timedelta(seconds=1))


WEEK = timedelta(days=8)


def test_an_abandoned_upload_is_aborted_then_swept(user: User) -> None:
    old, young = user.open("old.wav"), user.open("young.wav")
    for upload_id in (old, young):
        user.send(upload_id)
    user.change_upload(old, created_at=now() - WEEK)
    user.sweep()
    assert code_of(lambda: user.complete(old)) == "upload-not-found"
    assert code_of(lambda: user.send(old)) == "upload-not-found"
    assert len(user.pending()) == 2
    for _ in range(2):
        user.sweep(later(user.database))
        assert user.pending() == {user.change_upload(young).storage_key}
    assert user.keys() == set()
    user.complete(young)
    assert len(user.keys()) == 1


def test_what_was_completed_in_storage_alone_is_swept_too(user: User) -> None:
    old = user.open("old.wav")
    user.send(old)
    upload = user.change_upload(old, created_at=now() - WEEK)
    parts = user.storage.multipart.parts(upload.storage_key, upload.storage_upload_id)
    user.storage.multipart.complete(upload.storage_key, upload.storage_upload_id, parts)
    user.sweep()
    user.sweep(later(user.database))
    assert user.keys() == user.pending() == set()


def test_a_sweep_that_was_cut_off_is_finished_by_the_next(
    user: User, storage_settings: StorageSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 2)

    class Failing(Storage):
        def remove(self, key: str) -> None:
            if len(user.pending()) <= 3:
                raise StorageUnavailable
            super().remove(key)

    for number in range(5):
        upload_id = user.open(f"{number}.wav")
        user.send(upload_id)
        user.change_upload(upload_id, created_at=now() - WEEK)
    user.sweep()
    ages = later(user.database)
    for _ in range(2):
        with pytest.raises(ArgotError, match="service-unavailable"):
            sweeps.sweep(user.database, Failing(storage_settings), ages)
    assert user.pending()
    user.sweep(ages)
    assert user.pending() == set()


def test_sweeps_at_once_do_the_same_as_one(user: User) -> None:
    for number in range(6):
        upload_id = user.open(f"{number}.wav")
        user.send(upload_id)
        user.change_upload(upload_id, created_at=now() - WEEK)
        user.delete(user.upload(f"{number}.txt"), ago=WEEK)
    kept = user.upload("kept.txt")
    user.sweep()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(user.sweep, [later(user.database)] * 4))
    assert user.pending() == set()
    assert user.keys() == {kept.storage_key}


def test_parts_that_no_row_knows_are_aborted(user: User) -> None:
    """As a process leaves them that dies between storage and its commit."""
    known = user.open("a.wav")
    user.send(known)
    unknown = f"datasets/acme/{user.model_id}/unknown"
    user.storage.multipart.create(unknown)
    user.sweep()
    assert unknown in user.pending()
    future = now() + timedelta(seconds=2)
    sweeping.abort_unknown(user.database, user.storage, Upload, "datasets/", future)
    assert user.pending() == {user.change_upload(known).storage_key}
    user.complete(known)


def test_uploads_of_a_deleted_model_are_swept(user: User) -> None:
    upload_id = user.open("a.wav")
    user.send(upload_id)
    message = Delivery(str(uuid7()), CustomModelDeleted(**user.mine))
    datasets.delete_model(message, user.database)
    assert code_of(lambda: user.send(upload_id)) == "upload-not-found"
    assert code_of(lambda: user.complete(upload_id)) == "upload-not-found"
    assert code_of(lambda: user.open("b.wav")) == "custom-model-not-found"
    assert len(user.pending()) == 1
    user.sweep(later(user.database))
    assert user.pending() == set()


def test_the_loser_of_a_race_is_swept_where_nobody_lived_to_do_it(
    user: User, storage_settings: StorageSettings
) -> None:
    class Failing(Storage):
        def remove(self, key: str) -> None:
            raise StorageUnavailable(key)

    winner, loser = user.open("a.mp4"), user.open("a.mov")
    for upload_id in (winner, loser):
        user.send(upload_id)
    kept = user.row(user.complete(winner))
    request = wire.CompleteUpload(organisation_id="acme", upload_id=loser)
    with pytest.raises(ArgotError, match="service-unavailable"):
        uploads.complete_upload(request, user.database, Failing(storage_settings))
    assert len(user.keys()) == 2
    assert user.complete(loser) == kept.id
    user.sweep(later(user.database))
    assert user.keys() == {kept.storage_key}


def test_objects_of_deleted_rows_go_after_the_retention(user: User) -> None:
    deleted, recent, kept = user.upload("a.txt"), user.upload("b.txt"), user.upload("c.txt")
    user.delete(deleted, ago=timedelta(days=2))
    user.delete(recent, ago=timedelta(hours=2))
    again = user.upload("a.txt")
    for _ in range(2):
        user.sweep()
        assert user.keys() == {recent.storage_key, kept.storage_key, again.storage_key}
    first = user.row(deleted.id).purged_at
    user.sweep()
    assert first is not None
    assert user.row(deleted.id).purged_at == first


def train(user: User, training_id: str) -> None:
    event = TrainRequested(
        **user.mine, training_id=training_id, language="fr", base_model="tiny", pairs=[]
    )
    sweeps.training_begins(Delivery(str(uuid7()), event), user.database)


def end(user: User, training_id: str) -> None:
    event = TrainingFailed(
        **user.mine, training_id=training_id, code="x", message="x", fault="data"
    )
    sweeps.training_ends(Delivery(str(uuid7()), event), user.database)


def test_files_of_a_model_in_training_stay_until_its_end(user: User) -> None:
    bystander = User(user.database, user.storage)
    first, second = str(uuid7()), str(uuid7())
    deleted = user.upload("a.txt")
    for each, row in ((user, deleted), (bystander, bystander.upload("a.txt"))):
        each.delete(row, ago=timedelta(days=2))
    for training_id in (first, first, second):
        train(user, training_id)
    for training_id in (first, second):
        user.sweep()
        assert user.keys() == {deleted.storage_key}
        end(user, training_id)
    user.sweep()
    assert user.keys() == bystander.keys() == set()


def test_an_end_may_come_before_its_beginning(user: User) -> None:
    training_id = str(uuid7())
    user.delete(user.upload("a.txt"), ago=timedelta(days=2))
    end(user, training_id)
    train(user, training_id)
    user.sweep()
    assert user.keys() == set()


def test_a_converted_video_leaves_nothing_beside_its_audio(
    user: User, media: Callable[..., bytes], tmp_path: Path, storage_settings: StorageSettings
) -> None:
    class Failing(Storage):
        def list_prefix(self, prefix: str) -> Iterator[object]:  # type: ignore[override]
            raise StorageUnavailable(prefix)

    data = media("talk.mp4", 1.0)
    upload_id = user.open("talk.mp4", len(data))
    user.send(upload_id, data)
    dataset_id = user.complete(upload_id)
    jobs = JobQueue(user.database, Dataset, Dataset.id == dataset_id, lease_seconds=60)
    stale = jobs.take()
    assert stale is not None
    jobs.give_back(dataset_id)
    job = jobs.take()
    assert job is not None
    # A worker that dies after the commit, and one before it that lost its lease.
    failing = Examination(user.database, Failing(storage_settings), tmp_path, 5)
    failing(job, Lease())
    row = user.row(dataset_id)
    assert (row.status, row.converted_at) == ("ready", None)
    (tmp_path / "stale").write_bytes(b"stale")
    user.storage.put_file(stale.converted_key(), tmp_path / "stale")
    assert len(user.keys()) == 3
    user.sweep()
    assert user.keys() == {row.storage_key}
    assert user.row(dataset_id).converted_at is not None
    user.delete(row, ago=timedelta(days=2))
    user.sweep()
    assert user.keys() == set()


def test_a_model_deleted_while_its_file_is_processed_keeps_nothing(
    user: User, media: Callable[..., bytes], tmp_path: Path
) -> None:
    data = media("talk.mp4", 1.0)
    upload_id = user.open("talk.mp4", len(data))
    user.send(upload_id, data)
    dataset_id = user.complete(upload_id)
    jobs = JobQueue(user.database, Dataset, Dataset.id == dataset_id, lease_seconds=60)
    job = jobs.take()
    assert job is not None
    message = Delivery(str(uuid7()), CustomModelDeleted(**user.mine))
    datasets.delete_model(message, user.database)
    Examination(user.database, user.storage, tmp_path, 5)(job, Lease())
    assert user.row(dataset_id).status == "processing"
    assert user.events() == ["DatasetDeleted"]
    assert user.keys() == {job.storage_key}
    user.sweep(YOUNG._replace(retained=now() + timedelta(seconds=1)))
    assert user.keys() == set()


def test_of_abort_and_complete_at_once_one_wins(user: User) -> None:
    """And what storage keeps is what the winner says."""

    def attempt(action: Callable[[], object]) -> bool:
        try:
            action()
        except ArgotError as error:
            assert error.code in {"upload-not-found", "upload-incomplete", "service-unavailable"}
            return False
        return True

    expected = set()
    for number in range(8):
        upload_id = user.open(f"{number}.wav")
        user.send(upload_id)
        with ThreadPoolExecutor(2) as pool:
            completed, aborted = pool.map(
                attempt, [partial(user.complete, upload_id), partial(user.abort, upload_id)]
            )
        assert (completed, aborted) in {(True, False), (False, True)}
        if completed:
            expected.add(user.change_upload(upload_id).storage_key)
    user.sweep(later(user.database))
    assert user.keys() == expected
    assert user.pending() == set()
