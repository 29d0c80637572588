"""What the opening of every job with audio has in common."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field

from services.gateway.routes.table import AS_WHOLE, Body, Visit
from shared.errors import ArgotError
from shared.rpc.catalog import FindTranscriptionTarget, TranscriptionTarget
from shared.rpc.contract import Idempotency
from shared.rpc.transcriber import GetOpened, JobKind, OpenTranscription

ERRORS = (
    "invalid-language",
    "language-not-published",
    "unsupported-file-type",
    "file-too-large",
)
"""Codes of a language that cannot be used, and of a file that cannot."""


class Audio(Body):
    """A recording that will be uploaded: its file's name, and its size in bytes."""

    name: str = Field(min_length=1)
    size: Annotated[int, Field(ge=1), AS_WHOLE]


def target_of(visit: Visit, key: str) -> TranscriptionTarget:
    """What a language's key names for the organisation. Errors: the first two of `ERRORS`."""
    organisation_id = visit.principal.organisation_id
    return visit.call(FindTranscriptionTarget(organisation_id=organisation_id, key=key))


def open_job(
    visit: Visit,
    kind: JobKind,
    language: str,
    idempotency: Idempotency | None,
    opening: Callable[[TranscriptionTarget], OpenTranscription],
) -> Any:
    """What the transcriber answers to `opening` with the models behind the language's key.

    A repeat is answered as before, also when the language cannot be used any more.
    """
    try:
        target = target_of(visit, language)
    except ArgotError as refusal:
        if idempotency is None or refusal.code not in ERRORS:
            raise
        return _opened_before(visit, kind, idempotency, refusal)
    return visit.call.json(opening(target))


def _opened_before(
    visit: Visit, kind: JobKind, idempotency: Idempotency, refusal: ArgotError
) -> Any:
    organisation_id = visit.principal.organisation_id
    request = GetOpened(organisation_id=organisation_id, kind=kind, idempotency=idempotency)
    try:
        return visit.call.json(request)
    except ArgotError as error:
        if error.code != "not-found":
            raise
        raise refusal from None
