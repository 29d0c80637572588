"""The transcriber's worker: hears one file after the other, and aligns what has a text."""

import secrets
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from services.transcriber import models
from services.transcriber.adapters.artifacts import Artifacts, CustomModel
from services.transcriber.adapters.audio import PcmFile
from services.transcriber.adapters.faults import known_faults
from services.transcriber.adapters.memory import ModelMemory
from services.transcriber.adapters.metrics import DISK_BYTES
from services.transcriber.adapters.recogniser import Progress, Recogniser
from services.transcriber.domain.glossary import hot_words, prepare
from services.transcriber.domain.transcripts import (
    AlignedTranscript,
    Segment,
    Stopped,
    TranscriptionFault,
    edited,
    written,
)
from services.transcriber.handlers import uploads, work
from services.transcriber.models import Transcription
from services.transcriber.settings import WorkerSettings
from shared.events.catalog import CustomModelDeleted
from shared.rpc.catalog import TranscriptionTarget
from shared.runtime import base_models
from shared.runtime.database import Database
from shared.runtime.media.convert import decode_pcm
from shared.runtime.media.sandbox import Limits
from shared.runtime.storage import Storage
from shared.runtime.sweeping import Ages
from shared.runtime.unwanted import Unwanted
from shared.runtime.worker.folder import private_folder
from shared.runtime.worker.jobs import JobLoop, JobQueue, Lease
from shared.runtime.worker.launcher import Duties, Worker
from shared.runtime.worker.patience import patient
from shared.runtime.worker.periodic import PeriodicLoop
from shared.speech.alignment.align import align, refine
from shared.speech.alignment.values import Alignment, HeardWord
from shared.speech.filenames import extension

PROGRESS_SECONDS = 1.0
HEARING_SHARE = 0.6
"""Of an alignment's work; the rest is placing its text."""

log = structlog.get_logger(__name__)

FindModel = Callable[[TranscriptionTarget, threading.Event], Recogniser]
Tick = Callable[[float], None]


@dataclass(frozen=True)
class Attempt:
    """One attempt at a leased job; gives up after `attempts` leases."""

    attempts: int
    database: Database
    storage: Storage
    folder: Path
    find_model: FindModel

    def __call__(self, job: Transcription, lease: Lease) -> None:
        """End the job, or raise what another attempt may mend."""
        if not work.start(job, self.attempts, self.database):
            return
        try:
            with (
                known_faults(),
                tempfile.TemporaryDirectory(dir=self.folder, ignore_cleanup_errors=True) as folder,
            ):
                self._work(job, lease, Path(folder))
        except (Stopped, Unwanted):
            work.put_back(job, self.database)
        except TranscriptionFault as fault:
            if not fault.final and job.attempts < self.attempts:
                raise
            work.fail(job, fault, self.database)

    def _work(self, job: Transcription, lease: Lease, folder: Path) -> None:
        text, language = work.transcript(job, self.database), job.target.language
        audio, pcm = folder / f"audio.{extension(job.name)}", folder / "audio.pcm"
        self.storage.get_file(job.audio_key, audio, lease.lost)
        duration = decode_pcm(audio, pcm, Limits(unwanted=lease.lost))
        audio.unlink()
        model = self.find_model(job.target, lease.lost)
        # The text of an alignment is the user's: no glossary counts for it.
        entries = work.glossary(job, self.database) if text is None else []
        tick = self._ticker(job, lease)
        hearing = model.listen(pcm, language, hot_words(entries), job.task)
        heard = self._listen(hearing, tick, duration, 1.0 if text is None else HEARING_SHARE)
        result = folder / "result.json"
        with result.open("w", encoding="utf-8") as file:
            if text is None:
                segments = edited(heard, prepare(entries))
                file.writelines(written(job.written_language, duration, segments))
            else:
                found = align(text, _words(heard), language, duration)
                placer = model.placer(pcm, language)
                found = refine(found, PcmFile(pcm), placer, _after_hearing(tick))
                file.write(_document(found, language, duration).model_dump_json())
        # This attempt's own: a worker that lost its lease changes nothing.
        key = f"{models.folder(job.audio_key)}{secrets.token_hex(8)}.json"
        self.storage.put_file(key, result)
        if not work.succeed(job, duration, key, self.database):
            self.storage.remove(key)

    def _listen(
        self, hearing: Iterable[Progress], tick: Tick, duration: float, share: float
    ) -> Iterator[Segment]:
        """What is said, as it is heard; this is `share` of the work. Raises `Stopped`."""
        for heard in hearing:
            if heard.segment is not None:
                yield heard.segment
            tick(share * heard.seconds / duration)

    def _ticker(self, job: Transcription, lease: Lease) -> Tick:
        """Hears what part of the job is done, and records it now and then. Raises `Stopped`."""
        due = time.monotonic() + PROGRESS_SECONDS

        def tick(done: float) -> None:
            nonlocal due
            if lease.lost.is_set():
                raise Stopped(job.id)
            if time.monotonic() >= due:
                self._tell(job, 100 * done)
                due = time.monotonic() + PROGRESS_SECONDS

        return tick

    def _tell(self, job: Transcription, percent: float) -> None:
        try:
            work.record_progress(job, round(percent, 1), self.database)
        except SQLAlchemyError as error:  # the work goes on while the database is away
            log.warning("progress_not_recorded", error=type(error).__name__)


def _words(segments: Iterable[Segment]) -> Iterator[HeardWord]:
    return (
        HeardWord(each.start, each.end, each.word, each.probability)
        for segment in segments
        for each in segment.words
    )


def _after_hearing(tick: Tick) -> Tick:
    return lambda done: tick(HEARING_SHARE + (1 - HEARING_SHARE) * done)


def _document(found: Alignment, language: str, duration: float) -> AlignedTranscript:
    return AlignedTranscript(
        language=language,
        duration=duration,
        cues=found.cues,
        unmatched_audio=found.unmatched_audio,
    )


def model_finder(settings: WorkerSettings, artifacts: Artifacts) -> FindModel:
    """Finds the model of a target, in memory where it is."""

    def load(directory: Path) -> Recogniser:
        log.info("model_loads", directory=directory.name)
        return Recogniser(directory, settings.inference_device, settings.inference_threads)

    memory = ModelMemory(settings.model_memory_bytes, load)

    def find(target: TranscriptionTarget, unwanted: threading.Event) -> Recogniser:
        if target.artifact is None:
            return memory.get(
                target.base_model,
                lambda: nullcontext(base_models.resolve(target.base_model, settings)),
            )
        assert target.model_id is not None
        custom = CustomModel(target.model_id, target.artifact)
        model = memory.get(custom.artifact.sha256, lambda: artifacts.using(custom, unwanted))
        artifacts.touch(custom)  # what is in memory is used, too
        return model

    return find


def sweep_artifacts(artifacts: Artifacts, database: Database) -> None:
    """Deleted custom models leave the disk, whoever heard of it, and so does what is too much."""
    for model_id in work.deleted_models(artifacts.models(), database):
        artifacts.remove(model_id)
    artifacts.keep_to_cap()


def sweep_all(artifacts: Artifacts, database: Database, storage: Storage, ages: Ages) -> None:
    """What nobody needs any more goes: first from the disk, which can be done without storage."""
    sweep_artifacts(artifacts, database)
    uploads.sweep_uploads(database, storage, ages)


def main() -> None:
    """Work until SIGTERM."""
    settings = WorkerSettings()
    worker = Worker("transcriber", settings)
    database, storage = worker.database, Storage(settings)
    worker.health.add("storage", storage.ping)
    artifacts = Artifacts(settings.cache_dir / "artifacts", storage, settings.model_disk_bytes)
    DISK_BYTES.set_function(artifacts.size)
    jobs = JobQueue(
        database,
        Transcription,
        models.WAITING,
        lease_seconds=settings.lease_seconds,
        order=models.IN_TURN,
    )
    with private_folder(settings.work_dir, "transcriber") as folder:
        attempt = Attempt(
            settings.job_attempts, database, storage, folder, model_finder(settings, artifacts)
        )
        loop = JobLoop(
            "transcription", jobs, patient(attempt, storage), poll_seconds=settings.poll_seconds
        )
        sweep = PeriodicLoop(
            "sweep",
            lambda: sweep_all(artifacts, database, storage, Ages.of(settings)),
            seconds=settings.sweep_seconds,
        )
        worker.run(
            Duties(
                handlers={
                    CustomModelDeleted: lambda each: work.delete_model(
                        each, database, artifacts.remove
                    )
                },
                loops=[loop, sweep],
            )
        )


if __name__ == "__main__":
    main()
