"""The trainer's worker: trains one run after the other in a child process."""

import secrets
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from services.trainer import domain, handlers, models, tidying
from services.trainer.adapters import artifact, engine, faults, recordings
from services.trainer.adapters.checkpoints import Checkpoints
from services.trainer.adapters.engine import Engine
from services.trainer.domain import Material, Stopped, TrainingFault
from services.trainer.models import Run
from services.trainer.settings import WorkerSettings
from shared.events.catalog import CustomModelDeleted, TrainRequested
from shared.events.data import StoredFile
from shared.runtime import base_models
from shared.runtime.database import Database
from shared.runtime.storage import Storage, StorageUnavailable
from shared.runtime.sweeping import Ages
from shared.runtime.worker.folder import private_folder
from shared.runtime.worker.jobs import JobLoop, JobQueue, Lease
from shared.runtime.worker.launcher import Duties, Worker
from shared.runtime.worker.patience import patient
from shared.runtime.worker.periodic import PeriodicLoop

TICK_SECONDS = 0.2
PROGRESS_SECONDS = 2.0
STALLED_SECONDS = 1800.0
INTERRUPT_SECONDS = 10.0
UPLOAD_SECONDS = 600.0
RETRY_SECONDS = 1.0
TIDY_POLL_SECONDS = 5.0

Work = Callable[[Run, Lease], None]

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Attempt:
    """One attempt at the training of a leased run."""

    settings: WorkerSettings
    database: Database
    storage: Storage
    folder: Path

    def __call__(self, run: Run, lease: Lease) -> None:
        """End the run, or raise what another attempt may mend."""
        try:
            self._attempt(run, lease)
        except Stopped:
            handlers.put_back(run, self.database)
        except TrainingFault as fault:
            faults = 0 if fault.killed else handlers.count_fault(run, self.database)
            if not fault.final and max(faults, run.attempts) < self.settings.job_attempts:
                raise
            handlers.fail(run, fault, self.database)

    def _attempt(self, run: Run, lease: Lease) -> None:
        if run.attempts > self.settings.job_attempts:  # the last one did not live to say why
            raise faults.killed()
        with (
            faults.platform_faults(),
            tempfile.TemporaryDirectory(dir=self.folder, ignore_cleanup_errors=True) as folder,
        ):
            job_dir = Path(folder)
            material = self._provision(run, lease, job_dir)
            self._train(run, lease, job_dir, material)
            self._finish(run, lease, material, job_dir)

    def _provision(self, run: Run, lease: Lease, job_dir: Path) -> Material:
        base_model = base_models.resolve(run.base_model, self.settings)
        pairs = handlers.pairs_of(run, self.database)
        material = recordings.prepare(pairs, self.storage, job_dir, lease.lost)
        if not material.recordings:
            message = "No recording can be used for training."
            raise TrainingFault(
                "no-usable-data", message, "data", final=True, data=material.data_use()
            )
        settings = {
            "device": self.settings.engine_device,
            "threads": self.settings.engine_threads,
            "checkpoint_seconds": self.settings.checkpoint_seconds,
            "halvings": domain.halvings(run.attempts),
            **self.settings.engine_settings,
        }
        engine.write_job(job_dir, base_model, run.language, material, settings)
        handlers.start(run, material.data_use(), self.database)
        return material

    def _train(self, run: Run, lease: Lease, job_dir: Path, material: Material) -> None:

        def stored(key: str) -> None:
            handlers.checkpoint_stored(run, key, self.database)

        checkpoints = Checkpoints(self.storage, run.folder, run.checkpoint, job_dir, stored)
        resumed = checkpoints.fetch()
        log.info(
            "engine_starts",
            training_id=run.id,
            attempt=run.attempts,
            resumed=resumed,
            windows_at_once_halved=domain.halvings(run.attempts),
        )
        with Engine(self.settings.engine_command, job_dir) as process:
            self._watch(run, lease, process, checkpoints)
            # Also after a crash: the next attempt goes on from the last one that it left.
            checkpoints.flush(UPLOAD_SECONDS)
            process.check(material)

    def _watch(self, run: Run, lease: Lease, process: Engine, checkpoints: Checkpoints) -> None:
        """Return when the process has ended of itself."""
        told, due = process.told, time.monotonic()
        while not process.ended(TICK_SECONDS):
            if lease.lost.is_set():
                if handlers.is_held(run, self.database):
                    process.interrupt(INTERRUPT_SECONDS)
                    checkpoints.flush(INTERRUPT_SECONDS)
                raise Stopped(run.id)
            if process.silent_seconds > STALLED_SECONDS:
                raise faults.crashed()
            checkpoints.store_new()
            if process.told is not None and process.told is not told and time.monotonic() >= due:
                told, due = process.told, time.monotonic() + PROGRESS_SECONDS
                _unless_away(partial(handlers.progress, run, told, self.database))

    def _finish(self, run: Run, lease: Lease, material: Material, job_dir: Path) -> None:
        """Store what the engine left, and end the run."""
        result = engine.read_result(job_dir)
        packed = job_dir / "model.tar.gz"
        artifact.pack(job_dir / engine.MODEL, packed)
        # Keys of this attempt's own: a worker that lost its lease must not change an artifact.
        key = f"{run.folder}/{secrets.token_hex(8)}"
        model = self._put(f"{key}.tar.gz", packed, lease)
        report = self._put(f"{key}.json", job_dir / engine.RESULT, lease)
        try:
            handlers.succeed(
                run,
                self.database,
                artifact=model,
                report=report,
                evaluation=result.evaluation,
                data=material.merged(result.data),
            )
        except Stopped:  # it has ended, and may have been tidied before these came
            for each in (model, report):
                self.storage.remove(each.storage_key)
            raise
        log.info("training_succeeded", training_id=run.id, wer=result.evaluation.wer)

    def _put(self, key: str, path: Path, lease: Lease) -> StoredFile:
        """Store what took hours to make, however long storage is away."""
        while True:
            try:
                return self.storage.put_file(key, path)
            except StorageUnavailable as error:
                log.warning("result_not_stored", error=str(error))
                if lease.lost.wait(RETRY_SECONDS):
                    raise Stopped from error


def _unless_away(write: Callable[[], None]) -> None:
    """A training goes on while the database is away; it is told again later."""
    try:
        write()
    except SQLAlchemyError as error:
        log.warning("not_recorded", error=type(error).__name__)


def main() -> None:
    """Work until SIGTERM."""
    settings = WorkerSettings()
    worker = Worker("trainer", settings)
    database, storage = worker.database, Storage(settings)
    worker.health.add("storage", storage.ping)
    runs = JobQueue(database, Run, models.WAITING, lease_seconds=settings.lease_seconds)
    ended = JobQueue(database, Run, models.UNTIDY, lease_seconds=settings.lease_seconds)
    with private_folder(settings.work_dir, "trainer") as folder:
        attempt = Attempt(settings, database, storage, folder)

        def tidy(run: Run, _lease: Lease) -> None:
            tidying.tidy(run, database, storage)

        def purge() -> None:
            tidying.purge(database, storage, Ages.of(settings).retained)

        worker.run(
            Duties(
                handlers={
                    TrainRequested: lambda each: handlers.request_training(each, database),
                    CustomModelDeleted: lambda each: handlers.delete_model(each, database),
                },
                loops=[
                    JobLoop(
                        "training",
                        runs,
                        patient(attempt, storage),
                        poll_seconds=settings.poll_seconds,
                    ),
                    JobLoop(
                        "tidying", ended, patient(tidy, storage), poll_seconds=TIDY_POLL_SECONDS
                    ),
                    PeriodicLoop("purge", purge, seconds=settings.sweep_seconds),
                ],
            )
        )


if __name__ == "__main__":
    main()
