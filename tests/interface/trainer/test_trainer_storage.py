"""What becomes of a run's objects while storage or the lease is away, and after its end."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from uuid6 import uuid7

from services.trainer import handlers, models, tidying
from services.trainer.adapters.checkpoints import FILE_NAME, Checkpoints
from services.trainer.domain import Status
from services.trainer.models import Run
from services.trainer.settings import WorkerSettings
from services.trainer.worker import Attempt
from shared.events.catalog import TrainRequested
from shared.events.data import StoredFile
from shared.runtime import migrations
from shared.runtime.database import Database
from shared.runtime.deliveries import Delivery
from shared.runtime.storage import Storage, StorageUnavailable
from shared.runtime.worker.jobs import JobQueue, Lease

Told = Callable[..., TrainRequested]
UPLOAD_SECONDS = 30


class Away(Storage):
    """Storage that fails so many times to take a file of one kind; `lose` is called each time."""

    def __init__(
        self, settings: WorkerSettings, kind: str, times: int, lose: Callable[[], None]
    ) -> None:
        super().__init__(settings)
        self._kind = kind
        self._lose = lose
        self.times = times

    def put_file(self, key: str, path: Path) -> StoredFile:
        if key.endswith(self._kind) and self.times:
            self.times -= 1
            self._lose()
            raise StorageUnavailable("away")
        return super().put_file(key, path)


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    migrations.upgrade("trainer", opened.engine)
    yield opened
    opened.close()


@pytest.fixture
def settings(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> WorkerSettings:
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    found = WorkerSettings()
    for name in environment:  # the engine refuses to see them
        monkeypatch.delenv(name)
    return found


@pytest.fixture
def queue(database: Database) -> JobQueue[Run]:
    return JobQueue(database, Run, models.WAITING, lease_seconds=60)


@pytest.fixture
def take(database: Database, queue: JobQueue[Run], told: Told) -> Iterator[Callable[[str], Run]]:
    """Makes a run and leases it; none is left for the next test."""

    def made(command: str) -> Run:
        handlers.request_training(Delivery(str(uuid7()), told(command)), database)
        run = queue.take()
        assert run is not None
        return run

    yield made
    with database.transaction() as session:
        for run in session.query(Run).where(models.WAITING):
            run.end(Status.FAILED)


def row(database: Database, run: Run) -> Run:
    with database.reading() as session:
        return session.get_one(Run, run.id)


def stored(objects: Storage, run: Run) -> set[str]:
    return {each.key for each in objects.list_prefix(f"{run.folder}/")}


@pytest.mark.parametrize("kind", [".tar.gz", ".json"])
def test_a_finished_model_waits_for_storage(
    settings: WorkerSettings,
    database: Database,
    take: Callable[[str], Run],
    tmp_path: Path,
    kind: str,
) -> None:
    storage = Away(settings, kind, 2, lambda: None)
    run = take("finish")
    Attempt(settings, database, storage, tmp_path)(run, Lease())
    assert storage.times == 0
    assert row(database, run).status == Status.SUCCESS


def test_a_worker_that_stops_does_not_wait_for_storage(
    settings: WorkerSettings, database: Database, take: Callable[[str], Run], tmp_path: Path
) -> None:
    lease = Lease()
    storage = Away(settings, ".tar.gz", 1, lease.lost.set)
    run = take("finish")
    Attempt(settings, database, storage, tmp_path)(run, lease)
    left = row(database, run)
    assert (left.status, left.attempts) == (Status.RUNNING, 0)


def test_a_model_of_a_run_that_has_ended_is_not_left_in_storage(
    settings: WorkerSettings,
    database: Database,
    objects: Storage,
    take: Callable[[str], Run],
    tmp_path: Path,
) -> None:
    run = take("finish")

    def end() -> None:
        with database.transaction() as session:
            session.get_one(Run, run.id).end(Status.FAILED)

    Attempt(settings, database, Away(settings, ".json", 1, end), tmp_path)(run, Lease())
    assert row(database, run).status == Status.FAILED
    assert stored(objects, run) == set()


class Copies:
    """The checkpoints of a worker that holds, or held, a run."""

    def __init__(self, run: Run, database: Database, storage: Storage, folder: Path) -> None:
        folder.mkdir()
        self.file = folder / FILE_NAME
        self.copies = Checkpoints(
            storage,
            run.folder,
            run.checkpoint,
            folder,
            lambda key: handlers.checkpoint_stored(run, key, database),
        )

    def store(self, content: bytes) -> None:
        self.file.with_suffix(".partial").write_bytes(content)
        self.file.with_suffix(".partial").replace(self.file)
        self.copies.store_new()
        self.copies.flush(UPLOAD_SECONDS)


def test_a_checkpoint_that_could_not_be_stored_is_stored_later(
    settings: WorkerSettings, database: Database, take: Callable[[str], Run], tmp_path: Path
) -> None:
    run = take("wait")
    worker = Copies(run, database, Away(settings, ".safetensors", 1, lambda: None), tmp_path / "w")
    worker.store(b"once")
    assert row(database, run).checkpoint is not None
    assert row(database, run).checkpoint == run.checkpoint


def test_the_newest_checkpoint_takes_the_place_of_the_one_before(
    database: Database, objects: Storage, take: Callable[[str], Run], tmp_path: Path
) -> None:
    run = take("wait")
    worker = Copies(run, database, objects, tmp_path / "worker")
    worker.store(b"older")
    worker.store(b"newer")
    assert stored(objects, run) == {run.checkpoint}
    again = Copies(row(database, run), database, objects, tmp_path / "again")
    assert again.copies.fetch()
    assert again.file.read_bytes() == b"newer"


def test_a_worker_that_lost_its_lease_changes_no_checkpoint_and_leaves_none(
    database: Database, objects: Storage, take: Callable[[str], Run], tmp_path: Path
) -> None:
    run = take("wait")
    late = Copies(run, database, objects, tmp_path / "late")
    late.store(b"older")
    with database.transaction() as session:
        session.get_one(Run, run.id).lease_owner = "another"
    holder = row(database, run)
    Copies(holder, database, objects, tmp_path / "holder").store(b"newer")
    late.store(b"older still")
    assert stored(objects, run) == {row(database, run).checkpoint} == {holder.checkpoint}

    with database.transaction() as session:
        session.get_one(Run, run.id).end(Status.FAILED)
    tidying.tidy(holder, database, objects)
    late.store(b"too late")
    assert stored(objects, run) == set()


def test_tidying_ends_uploads_that_are_under_way(
    database: Database, objects: Storage, take: Callable[[str], Run]
) -> None:
    run = take("wait")
    objects.multipart.create(f"{run.folder}/late.safetensors")
    with database.transaction() as session:
        session.get_one(Run, run.id).end(Status.FAILED)
    tidying.tidy(run, database, objects)
    assert list(objects.multipart.pending(f"{run.folder}/")) == []
    assert row(database, run).tidied_at is not None
