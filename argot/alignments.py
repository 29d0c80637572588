"""Sends recordings and their transcripts to be aligned."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from argot.batches.tasks import Task
from argot.client import Client
from argot.errors import ExpectedError
from shared.rpc.transcriber import AlignmentFormat, JobKind, OpenedTranscription
from shared.speech.source import DEFAULT_LIMITS, TranscriptInvalid, read_lines

FORMS: tuple[AlignmentFormat, ...] = ("vtt", "srt", "json")
"""Of captions, each the extension of its files; the first where nothing is asked for."""


def read_transcript(path: Path) -> str:
    """The lines of a file in any of the usual encodings. Raises an `ExpectedError`."""
    try:
        return "\n".join(read_lines(path.read_bytes(), DEFAULT_LIMITS))
    except TranscriptInvalid as error:
        raise ExpectedError(f"{path.name}: {error.message}") from error


@dataclass(frozen=True)
class Aligning:
    """Recordings and their texts become captions; `language` names a base or a custom model."""

    client: Client
    language: str
    form: AlignmentFormat
    kind: ClassVar[JobKind] = "alignment"

    def open(self, task: Task) -> OpenedTranscription:
        """A job that waits for the recording. Raises an `ExpectedError` where it has no text."""
        if task.text is None or not task.text.exists():
            raise ExpectedError(f"Its transcript {task.text} is not there.")
        text, size = read_transcript(task.text), task.audio.stat().st_size
        return self.client.open_alignment(self.language, task.audio.name, size, text)

    def fetch(self, job_id: str) -> str:
        """The captions."""
        return self.client.captions(job_id, self.form)
