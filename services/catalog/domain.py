"""The rules of custom models: keys, the status machine, when a training may start."""

import hashlib
import re
import unicodedata
from enum import IntEnum

from shared.errors import ArgotError
from shared.rpc.catalog import StatusName
from shared.rpc.validator import Assessment


class Status(IntEnum):
    """Where a model's training is."""

    NOT_RUNNING = 1
    PROVISIONING = 2
    RUNNING = 3
    SUCCESS = 4
    FAILED = 5


STATUS_NAMES: dict[Status, StatusName] = {
    Status.NOT_RUNNING: "not_running",
    Status.PROVISIONING: "provisioning",
    Status.RUNNING: "running",
    Status.SUCCESS: "success",
    Status.FAILED: "failed",
}

_MOVES: dict[Status, frozenset[Status]] = {
    Status.NOT_RUNNING: frozenset({Status.PROVISIONING}),
    Status.PROVISIONING: frozenset({Status.RUNNING, Status.SUCCESS, Status.FAILED}),
    Status.RUNNING: frozenset({Status.SUCCESS, Status.FAILED}),
    Status.SUCCESS: frozenset(),
    Status.FAILED: frozenset({Status.PROVISIONING}),
}

_ABOVE_AND_BELOW = 200
_VOWEL_POINTS = range(10, 37)
_UNSEEN = frozenset(
    {0xAD, 0x200B, 0x200C, 0x2060, 0xFEFF}  # soft hyphen, zero widths, joiner, byte order mark
    | {0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}  # directions
)


def may_move(current: int, target: Status) -> bool:
    """Whether the status machine has this move."""
    return target in _MOVES[Status(current)]


def key_of(name: str, language: str) -> str:
    """The internal key: equal for names that differ in case, spacing or accents, and for no others.

    A BCP 47 tag: the name in private-use subtags of eight letters at most, and a digest.
    """
    letters = _folded(name)
    digest = hashlib.sha256(letters.encode()).hexdigest()
    readable = re.findall(r".{1,8}", re.sub(r"[^a-z0-9]+", "", letters)[:24])
    return "-".join((language, "x", *readable, digest[:8], digest[8:16]))


def is_visible(name: str) -> bool:
    """Whether anything of the name can be seen: its key is made of nothing else."""
    return bool(_folded(name))


def _folded(name: str) -> str:
    """The name without case, spacing and accents, by Unicode's caseless matching."""
    dense = "".join(letter for letter in name if not _is_spacing(letter))
    folded = (
        unicodedata.normalize("NFD", dense)
        .casefold()
        .replace("\N{LATIN SMALL LETTER DOTLESS I}", "i")
    )
    return "".join(
        letter for letter in unicodedata.normalize("NFD", folded) if not _is_accent(letter)
    )


def _is_spacing(letter: str) -> bool:
    """White space and marks that nobody sees; not the joiners and tags within emoji."""
    return letter.isspace() or ord(letter) in _UNSEEN


def _is_accent(letter: str) -> bool:
    """Marks above and below, and Semitic vowel points.

    By their combining classes. The others make other letters: overlays (not equal), Indian dots and
    joins, kana voicing, Thai and Lao tones.
    """
    place = unicodedata.combining(letter)
    return place >= _ABOVE_AND_BELOW or place in _VOWEL_POINTS


def refuse_unfit(assessment: Assessment, *, skip_unmatched: bool) -> None:
    """Raise what keeps the data from being trained on, in the order of the checks."""
    verdict = assessment.verdict
    if assessment.files == 0 or assessment.transcripts == 0:
        raise ArgotError("no_data", "Upload audio and at least one transcript first")
    if not verdict.valid:
        errors = [each.model_dump(exclude_none=True) for each in verdict.errors]
        raise ArgotError("validation_failed", verdict.errors[0].message, errors)
    if verdict.unmatched_audio and not skip_unmatched:
        raise ArgotError(
            "unmatched-audio", extra={"unmatched_audio": list(verdict.unmatched_audio)}
        )
