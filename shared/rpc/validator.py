"""The call that the validator answers: the verdict on a model's data."""

from typing import ClassVar

from shared.events.data import Pair
from shared.rpc.contract import Reply, Request


class Finding(Reply):
    """One fault or warning, naming the file where there is one."""

    code: str
    message: str
    file: str | None = None


class Verdict(Reply):
    """Whether a training may start on the data; `total_duration` of matched audio in seconds."""

    valid: bool
    errors: list[Finding]
    warnings: list[Finding]
    matched_pairs: int
    total_duration: float
    unmatched_audio: list[str]
    unmatched_transcripts: list[str]


class Assessment(Reply):
    """A verdict, what it counted, and, where asked for, the matched pairs.

    `transcripts` counts the transcript and manifest files, `files` all ready ones.
    """

    verdict: Verdict
    files: int
    transcripts: int
    pairs: list[Pair]


class Validate(Request[Assessment]):
    """Judge the model's data at `revision` or later.

    Errors: `not-ready-to-run`, `custom-model-not-found`.

    `language` is what the model is to learn, as Whisper names it; texts that look like another
    one are warned about.
    """

    service: ClassVar[str] = "validator"
    organisation_id: str
    model_id: str
    revision: int
    with_pairs: bool = False
    language: str | None = None
