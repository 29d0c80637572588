"""The transcriber's worker: hears files, two at a time at most, and aligns what has a text."""

import secrets
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import structlog
from sqlalchemy import ColumnElement
from sqlalchemy.exc import SQLAlchemyError

from services.transcriber import models
from services.transcriber.adapters.artifacts import Artifacts
from services.transcriber.adapters.audio import PcmFile
from services.transcriber.adapters.faults import known_faults
from services.transcriber.adapters.finder import FindModel, model_finder
from services.transcriber.adapters.kept import KeptWork, hear_once, place_once
from services.transcriber.adapters.metrics import DISK_BYTES
from services.transcriber.adapters.recogniser import Progress
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
from shared.rpc.transcriber import GlossaryEntry
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
RETRY_SECONDS = 1.0
HEARING_SHARE = 0.6
"""Of an alignment's work; the rest is placing its text."""

log = structlog.get_logger(__name__)

Tick = Callable[[float], None]


class Sound(NamedTuple):
    """16-bit samples in a file, and how long they last."""

    pcm: Path
    seconds: float


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
        audio, pcm = folder / f"audio.{extension(job.name)}", folder / "audio.pcm"
        self.storage.get_file(job.audio_key, audio, lease.lost)
        duration = decode_pcm(audio, pcm, Limits(unwanted=lease.lost))
        audio.unlink()
        if work.misjudged(job, duration, self.database):
            raise Stopped(job.id)
        stored, result = models.folder(job.audio_key), folder / "result.json"
        kept = KeptWork.of(self.storage, stored, folder / "kept.json")
        with result.open("w", encoding="utf-8") as file:
            file.writelines(self._written(job, lease, Sound(pcm, duration), kept))
        # This attempt's own: a worker that lost its lease changes nothing.
        key = f"{stored}{secrets.token_hex(8)}.json"
        self.storage.put_file(key, result)
        if self._succeed(job, lease, duration, key):
            kept.clear()
        else:
            self.storage.remove(key)

    def _written(
        self, job: Transcription, lease: Lease, sound: Sound, kept: KeptWork
    ) -> Iterator[str]:
        """The result in pieces, as they are heard."""
        text, language = work.transcript(job, self.database), job.target.language
        model = self.find_model(job.target, lease.lost)
        # The text of an alignment is the user's: no glossary counts for it.
        entries = self._glossary(job, kept) if text is None else []
        words = hot_words(entries)

        def hear(begin: float) -> Iterator[Progress]:
            return model.listen(sound.pcm, language, words, job.task, begin)

        tick = self._ticker(job, lease)
        hearing = hear_once(hear, kept.heard, entries, sound.seconds)
        share = 1.0 if text is None else HEARING_SHARE
        heard = self._listen(hearing, tick, sound.seconds, share)
        if text is None:
            segments = edited(heard, prepare(entries))
            yield from written(job.written_language, sound.seconds, segments)
        else:
            words_heard = _words(heard)
            found = align(text, words_heard, language, sound.seconds, lambda: tick(HEARING_SHARE))
            placer = place_once(model.placer(sound.pcm, language), kept.placed)
            found = refine(found, PcmFile(sound.pcm), placer, _after_hearing(tick))
            yield _document(found, language, sound.seconds).model_dump_json()

    def _glossary(self, job: Transcription, kept: KeptWork) -> Sequence[GlossaryEntry]:
        """As it was when hearing began, in whichever attempt."""
        for part in kept.heard.parts():
            return part.glossary
        return work.glossary(job, self.database)

    def _succeed(self, job: Transcription, lease: Lease, duration: float, key: str) -> bool:
        """As `work.succeed`; an outage of the database is waited out. Raises `Stopped`."""
        while True:
            try:
                return work.succeed(job, duration, key, self.database)
            except SQLAlchemyError as error:
                log.warning("result_not_recorded", error=type(error).__name__)
                if lease.lost.wait(RETRY_SECONDS):
                    raise Stopped(job.id) from error

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

    def queue(waiting: ColumnElement[bool]) -> JobQueue[Transcription]:
        return JobQueue(
            database,
            Transcription,
            waiting,
            lease_seconds=settings.lease_seconds,
            order=models.IN_TURN,
        )

    with private_folder(settings.work_dir, "transcriber") as folder:
        find_model = model_finder(
            settings, artifacts, lambda model_ids: work.deleted_models(model_ids, database)
        )
        attempt = Attempt(settings.job_attempts, database, storage, folder, find_model)
        # Two threads, of which one is for short jobs: none waits for the end of a long one.
        loops = [
            JobLoop(name, jobs, patient(attempt, storage), poll_seconds=settings.poll_seconds)
            for name, jobs in (
                ("transcription", queue(models.WAITING)),
                ("short-transcription", queue(models.SHORT)),
            )
        ]
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
                loops=[*loops, sweep],
            )
        )


if __name__ == "__main__":
    main()
