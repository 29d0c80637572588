"""Deaths and outages: the row is ready, or failed, once."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from uuid6 import uuid7

from services.ingest.models import tables
from services.ingest.models.tables import Dataset, Training
from services.ingest.worker import Examination
from shared.errors import ArgotError
from shared.events.catalog import TrainRequested
from shared.events.contract import Event
from shared.events.data import StoredFile
from shared.events.ingest import DatasetRejected, DatasetUploaded
from shared.events.trainer import TrainingFailed
from shared.rpc.ingest import DeleteDataset
from shared.runtime.database import Database
from shared.runtime.local.processes import Process
from shared.runtime.local.storage import Storage as StorageServer
from shared.runtime.settings import StorageSettings
from shared.runtime.storage import NoSpace, Storage
from shared.runtime.testing.calls import TestCaller
from shared.runtime.testing.events import Tap, publish
from shared.runtime.testing.ingest import Client
from shared.runtime.testing.processes import ServiceProcess
from shared.runtime.worker.jobs import JobLoop, JobQueue

Media = Callable[..., bytes]


@pytest.fixture
def database(service: ServiceProcess, database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def idle_worker(environment: dict[str, str], logs: Path) -> Iterator[ServiceProcess]:
    process = ServiceProcess("services.ingest.worker", environment, logs)
    yield process
    process.__exit__()


def wait_until(holds: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def row_of(database: Database, dataset_id: str) -> Dataset:
    with database.transaction() as session:
        return session.scalars(select(Dataset).where(Dataset.id == dataset_id)).one()


def first(tap: Tap, kind: type[Event]) -> list[Event]:
    def found(events: list[Event]) -> bool:
        return any(isinstance(event, kind) for event in events)

    return tap.wait_for(found)


def test_a_worker_killed_in_work_loses_nothing(
    *,
    client: Client,
    tap: Tap,
    database: Database,
    idle_worker: ServiceProcess,
    media: Media,
    environment: dict[str, str],
) -> None:
    long = media("long.flac", 7200)
    row = client.upload("long.flac", long)
    for _ in range(2):
        idle_worker.start()
        wait_until(lambda: _is_held(row_of(database, row.id)))
        wait_until(lambda: _files_in_work(environment))
        idle_worker.kill()
        assert row_of(database, row.id).status == "processing"
    assert _files_in_work(environment)
    idle_worker.start()
    first(tap, DatasetUploaded)
    done = row_of(database, row.id)
    assert (done.status, done.attempts, done.duration) == ("ready", 3, 7200.0)
    assert [type(event) for event in tap.wait(0.5)] == [DatasetUploaded]
    wait_until(lambda: not list(Path(environment["ARGOT_WORK_DIR"]).glob("ingest-*/*")))


def test_a_stopped_worker_gives_its_file_back_and_counts_no_attempt(
    client: Client, database: Database, idle_worker: ServiceProcess, media: Media
) -> None:
    row = client.upload("long.flac", media("long.flac", 7200))
    idle_worker.start()
    wait_until(lambda: _is_held(row_of(database, row.id)))
    idle_worker.request_stop()
    assert idle_worker.wait(20)
    left = row_of(database, row.id)
    assert (left.status, left.attempts, left.lease_until) == ("processing", 0, None)
    mine = {"organisation_id": client.organisation_id, "model_id": client.model_id}
    client.call(DeleteDataset(**mine, dataset_id=row.id))


def _is_held(row: Dataset) -> bool:
    return row.lease_until is not None and row.lease_until.timestamp() > time.time()


def test_a_file_that_kills_every_worker_is_given_up(
    client: Client, tap: Tap, database: Database, idle_worker: ServiceProcess
) -> None:
    row = client.upload("a.txt", b"hello")
    with database.transaction() as session:
        session.get_one(Dataset, row.id).attempts = 5
    idle_worker.start()
    (event,) = first(tap, DatasetRejected)
    assert isinstance(event, DatasetRejected)
    assert event.code == "processing-failed"
    failure = client.rows()["a.txt"].failure
    assert failure is not None
    assert failure.code == "processing-failed"


def test_a_service_killed_after_the_commit_still_publishes(
    client: Client, tap: Tap, service: ServiceProcess, amqp_url: str, idle_worker: ServiceProcess
) -> None:
    row = client.upload("a.txt", b"hello")
    service.kill()
    try:
        idle_worker.start()
        events = first(tap, DatasetUploaded)
    finally:
        service.start()
    # A worker that was killed before may have left an event that is published once more.
    uploaded = [event for event in events if isinstance(event, DatasetUploaded)]
    assert {event.dataset_id for event in uploaded} == {row.id}
    with TestCaller(amqp_url) as call:
        client.call = call
        assert client.rows()["a.txt"].status == "ready"


def test_no_disk_fails_after_the_last_attempt_and_hurts_no_other_file(
    *,
    client: Client,
    tap: Tap,
    database: Database,
    storage_settings: StorageSettings,
    tmp_path: Path,
) -> None:
    class FullFor(Storage):
        victims: set[str]
        tried = 0

        def get_file(self, key: str, path: Path) -> StoredFile:
            if key in self.victims:
                self.tried += 1
                raise NoSpace("The disk is full")
            return super().get_file(key, path)

    victim = client.upload("a.txt", b"hello")
    client.upload("b.txt", b"hello")
    full = FullFor(storage_settings)
    full.victims = {row_of(database, victim.id).storage_key}
    jobs = JobQueue(database, Dataset, tables.WAITING, lease_seconds=5)
    work = Examination(database, full, tmp_path, attempts=2)
    loop = JobLoop("dataset", jobs, work, poll_seconds=0.05)
    loop.start()
    try:
        events = first(tap, DatasetRejected)
    finally:
        loop.stop()
    assert full.tried == 2
    assert [(type(event), event.name) for event in events] == [  # type: ignore[attr-defined]
        (DatasetUploaded, "b.txt"),
        (DatasetRejected, "a.txt"),
    ]
    assert events[1].code == "no-space"  # type: ignore[attr-defined]


def test_an_outage_of_storage_is_waited_for_within_one_attempt(
    *,
    environment: dict[str, str],
    amqp_url: str,
    service: ServiceProcess,
    database: Database,
    logs: Path,
    tmp_path: Path,
) -> None:
    service.kill()
    with StorageServer(tmp_path) as server:
        own = {
            **environment,
            "ARGOT_STORAGE_ENDPOINT": server.address.endpoint,
            "ARGOT_STORAGE_ACCESS_KEY": server.address.access_key,
            "ARGOT_STORAGE_SECRET_KEY": server.address.secret_key,
        }
        worker = ServiceProcess("services.ingest.worker", own, logs)
        try:
            with (
                ServiceProcess("services.ingest", own, logs),
                TestCaller(amqp_url) as call,
                Tap(amqp_url, "ingest") as tap,
            ):
                row = Client(call).upload("a.txt", b"hello")
                server.kill()
                Process.start(worker)  # it is not ready without storage
                wait_until(lambda: _is_held(row_of(database, row.id)))
                time.sleep(6)
                assert not worker.is_ready()
                assert row_of(database, row.id).attempts == 1
                server.start()
                first(tap, DatasetUploaded)
        finally:
            worker.__exit__()
            service.start()


def test_a_worker_sweeps_without_being_asked_and_spares_a_training(
    *,
    client: Client,
    tap: Tap,
    bucket: Storage,
    database: Database,
    environment: dict[str, str],
    amqp_url: str,
    logs: Path,
) -> None:
    prefix = f"datasets/acme/{client.model_id}/"
    mine = {"organisation_id": "acme", "model_id": client.model_id}
    training = {**mine, "training_id": str(uuid7())}
    idle = {"ARGOT_SWEEP_SECONDS": "0.2", "ARGOT_RETENTION_DAYS": "0", "ARGOT_UPLOAD_DAYS": "0"}
    row = client.upload("a.txt", b"hello")
    client.send(client.open_one("b.txt", 5), b"hello")

    def in_training() -> bool:
        with database.reading() as session:
            return session.get(Training, training["training_id"]) is not None

    with ServiceProcess("services.ingest.worker", {**environment, **idle}, logs):
        first(tap, DatasetUploaded)
        wait_until(lambda: not list(bucket.multipart.pending(prefix)))
        publish(amqp_url, TrainRequested(**training, language="fr", base_model="tiny", pairs=[]))
        wait_until(in_training)
        client.call(DeleteDataset(**mine, dataset_id=row.id))
        upload_id = client.open_one("c.txt", 5)  # swept after the row could have been
        wait_until(lambda: not list(bucket.multipart.pending(prefix)))
        assert len(list(bucket.list_prefix(prefix))) == 1
        failed = TrainingFailed(**training, code="x", message="x", fault="data")
        publish(amqp_url, failed)
        wait_until(lambda: not list(bucket.list_prefix(prefix)))
    with pytest.raises(ArgotError, match="upload-not-found"):
        client.complete(upload_id)


def _files_in_work(environment: dict[str, str]) -> bool:
    return any(Path(environment["ARGOT_WORK_DIR"]).glob("ingest-*/*"))
