"""What the validator knows of a model's files."""

from collections.abc import Sequence
from typing import NamedTuple

from shared.rpc.ingest import DatasetType


class KnownFile(NamedTuple):
    """A ready dataset file. What is None is not known, or has no meaning for the type.

    `duration`, `silence` and `clipping` are an audio file's, `end_time` to `language` a text's,
    and `named` are the audio files that a manifest names.
    """

    dataset_id: str
    name: str
    type: DatasetType
    storage_key: str
    size: int
    sha256: str
    duration: float | None = None
    silence: float | None = None
    clipping: float | None = None
    end_time: float | None = None
    characters: int | None = None
    spoken_seconds: float | None = None
    longest_label: int | None = None
    language: str | None = None
    named: Sequence[str] | None = None


class FailedFile(NamedTuple):
    """A file that could not be used, and what its row says about it."""

    name: str
    failure: str


class FilePair(NamedTuple):
    """A recording and the transcript or manifest with its text."""

    audio: KnownFile
    transcript: KnownFile


def listed(names: Sequence[str], most: int = 3) -> str:
    """The first names in quotes, and how many more there are."""
    shown = ", ".join(f"'{name}'" for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
