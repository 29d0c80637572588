"""Sends recordings to be transcribed, and waits for jobs to end."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from argot.batches.tasks import Task
from argot.client import Client
from argot.errors import ExpectedError
from argot.patience import through_outages
from argot.uploads.opening import unsent
from argot.uploads.sending import Sender
from shared.rpc.transcriber import JobKind, OpenedTranscription, ResultFormat, Transcription

POLL_SECONDS = 0.5
FORMS: tuple[ResultFormat, ...] = ("txt", "srt", "vtt", "json")
"""Of transcripts, each the extension of its files; the first where nothing is asked for."""
ENDED = frozenset({"succeeded", "failed"})


@dataclass(frozen=True)
class Transcribing:
    """Recordings become transcripts; `language` names a base or a custom model."""

    client: Client
    language: str
    form: ResultFormat
    kind: ClassVar[JobKind] = "transcription"

    def open(self, task: Task) -> OpenedTranscription:
        """A job that waits for the recording."""
        size = task.audio.stat().st_size
        return self.client.open_transcription(self.language, task.audio.name, size)

    def fetch(self, job_id: str) -> str:
        """The transcript."""
        return self.client.result(job_id, self.form)


def submit(client: Client, sender: Sender, path: Path, language: str) -> str:
    """Queue a recording for the base or custom model that `language` names; returns the id."""
    size = path.stat().st_size
    return send(sender, path, client.open_transcription(language, path.name, size))


def send(sender: Sender, path: Path, opened: OpenedTranscription) -> str:
    """Upload the recording that a job waits for; returns the job's id."""
    size = path.stat().st_size
    for outcome in sender.send([unsent(path, opened.upload_id, size, opened.part_size)]):
        if outcome.kind != "uploaded":
            raise ExpectedError(f"{path.name} was not uploaded: {outcome.detail}")
    return opened.id


def follow(
    client: Client,
    job_id: str,
    kind: JobKind = "transcription",
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Transcription]:
    """The job as it is now, again every half second, last as it succeeded.

    Raises an `ExpectedError` where it failed, and what `sleep` raises.
    """
    ask = client.alignment if kind == "alignment" else client.transcription
    while True:
        job = through_outages(lambda: ask(job_id), sleep=sleep)
        if job.status == "failed":
            reason = job.failure.message if job.failure else "no reason was given"
            raise ExpectedError(f"The {kind} failed: {reason}")
        yield job
        if job.status in ENDED:
            return
        sleep(POLL_SECONDS)
