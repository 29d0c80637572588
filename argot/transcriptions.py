"""Sends a recording to be transcribed, and waits for jobs to end."""

import time
from collections.abc import Iterator
from pathlib import Path

from argot.client import Client
from argot.errors import ExpectedError
from argot.patience import through_outages
from argot.uploads.opening import unsent
from argot.uploads.sending import Sender
from shared.rpc.transcriber import JobKind, OpenedTranscription, Transcription

POLL_SECONDS = 0.5
ENDED = frozenset({"succeeded", "failed"})


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


def follow(client: Client, job_id: str, kind: JobKind = "transcription") -> Iterator[Transcription]:
    """The job as it is now, again every half second, last as it succeeded.

    Raises an `ExpectedError` where it failed.
    """
    ask = client.alignment if kind == "alignment" else client.transcription
    while True:
        job = through_outages(lambda: ask(job_id))
        if job.status == "failed":
            reason = job.failure.message if job.failure else "no reason was given"
            raise ExpectedError(f"The {kind} failed: {reason}")
        yield job
        if job.status in ENDED:
            return
        time.sleep(POLL_SECONDS)
