"""Ingest's worker: takes uploaded files one after the other, and forgets deleted models."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import structlog

from services.ingest.adapters.examination import examine
from services.ingest.domain import Facts
from services.ingest.handlers import datasets, sweeps
from services.ingest.models import tables
from services.ingest.models.tables import Dataset
from services.ingest.settings import WorkerSettings
from shared.events.catalog import CustomModelDeleted, TrainRequested
from shared.events.trainer import TrainingFailed, TrainingSucceeded
from shared.rpc.contract import Failure
from shared.runtime.database import Database
from shared.runtime.media import sandbox
from shared.runtime.storage import NoSpace, Storage, StorageUnavailable
from shared.runtime.sweeping import Ages
from shared.runtime.unwanted import Unwanted
from shared.runtime.worker.folder import private_folder
from shared.runtime.worker.jobs import JobLoop, JobQueue, Lease
from shared.runtime.worker.launcher import Duties, Worker
from shared.runtime.worker.patience import patient
from shared.runtime.worker.periodic import PeriodicLoop

GIVEN_UP = Failure(
    code="processing-failed", message="The file could not be processed. Upload it again."
)
NO_SPACE = Failure(
    code="no-space", message="There was no space left to process the file. Upload it again later."
)
NO_FFMPEG = Failure(code="ffmpeg_unavailable", message="ffmpeg is not installed on the server.")

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Examination:
    """The work on one leased dataset; gives up after `attempts` leases."""

    database: Database
    storage: Storage
    folder: Path
    attempts: int

    def __call__(self, job: Dataset, lease: Lease) -> None:
        """Make the row ready or failed. What another attempt may mend is raised."""
        if job.attempts > self.attempts:  # the last one did not live to say why
            datasets.record_failure(job, GIVEN_UP, self.database)
            return
        last = job.attempts == self.attempts
        try:
            with tempfile.TemporaryDirectory(dir=self.folder) as folder:
                limits = sandbox.Limits(unwanted=lease.lost)
                found = examine(job, self.storage, Path(folder), limits)
        except Unwanted:
            datasets.put_back(job, self.database)
            return
        except (NoSpace, sandbox.NoSpace):
            if not last:
                raise
            found = NO_SPACE
        except sandbox.FfmpegUnavailable:
            if not last:
                raise
            found = NO_FFMPEG
        if isinstance(found, Failure):
            datasets.record_failure(job, found, self.database)
        else:
            self._record(job, found)

    def _record(self, job: Dataset, facts: Facts) -> None:
        """Keep one object of the two that a conversion leaves; a sweep sees to it otherwise."""
        made = facts.stored.storage_key
        recorded = datasets.record_ready(job, facts, self.database)
        if made == job.storage_key:
            return
        try:
            if recorded:
                sweeps.tidy_datasets(self.database, self.storage, Dataset.id == job.id)
            else:
                self.storage.remove(made)
        except StorageUnavailable:
            log.warning("object_left", key=job.storage_key)


def main() -> None:
    """Work until SIGTERM."""
    settings = WorkerSettings()
    worker = Worker("ingest", settings)
    database, storage = worker.database, Storage(settings)
    worker.health.add("storage", storage.ping)
    jobs = JobQueue(database, Dataset, tables.WAITING, lease_seconds=settings.lease_seconds)
    with private_folder(settings.work_dir, "ingest") as folder:
        work = Examination(database, storage, folder, settings.job_attempts)
        loop = JobLoop("dataset", jobs, patient(work, storage), poll_seconds=settings.poll_seconds)
        sweep = PeriodicLoop(
            "sweep",
            lambda: sweeps.sweep(database, storage, Ages.of(settings)),
            seconds=settings.sweep_seconds,
        )
        worker.run(
            Duties(
                handlers={
                    CustomModelDeleted: lambda each: datasets.delete_model(each, database),
                    TrainRequested: lambda each: sweeps.training_begins(each, database),
                    TrainingSucceeded: lambda each: sweeps.training_ends(each, database),
                    TrainingFailed: lambda each: sweeps.training_ends(each, database),
                },
                loops=[loop, sweep],
            )
        )


if __name__ == "__main__":
    main()
