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


def may_move(current: int, target: Status) -> bool:
    """Whether the status machine has this move."""
    return target in _MOVES[Status(current)]


def key_of(name: str, language: str) -> str:
    """The internal key: equal for names that differ in case, spacing or accents.

    A BCP 47 tag: the name in private-use subtags of eight letters at most, and a digest.
    """
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(
        letter
        for letter in decomposed
        if not unicodedata.combining(letter) and not letter.isspace()
    )
    digest = hashlib.sha256(letters.encode()).hexdigest()[:8]
    readable = re.findall(r".{1,8}", re.sub(r"[^a-z0-9]+", "", letters)[:24])
    return "-".join((language, "x", *readable, digest))


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
