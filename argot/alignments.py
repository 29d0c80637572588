"""Sends a recording and its transcript to be aligned."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from argot.client import Client
from argot.errors import ExpectedError
from argot.transcriptions import send
from argot.uploads.sending import Sender
from shared.rpc.transcriber import AlignmentFormat
from shared.speech.source import DEFAULT_LIMITS, TranscriptInvalid, read_lines

FORMS: Mapping[str, AlignmentFormat] = MappingProxyType(
    {"vtt": "vtt", "srt": "srt", "json": "json"}
)
"""The form of captions by the extension of their file."""


def read_transcript(path: Path) -> str:
    """The lines of a file in any of the usual encodings. Raises an `ExpectedError`."""
    try:
        return "\n".join(read_lines(path.read_bytes(), DEFAULT_LIMITS))
    except TranscriptInvalid as error:
        raise ExpectedError(f"{path.name}: {error.message}") from error


def submit(client: Client, sender: Sender, audio: Path, text: str, language: str) -> str:
    """Queue an alignment with the model that `language` names; returns the id."""
    size = audio.stat().st_size
    return send(sender, audio, client.open_alignment(language, audio.name, size, text))
