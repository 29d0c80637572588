"""What the opening of every job with audio has in common."""

from typing import Annotated

from pydantic import Field

from services.gateway.routes.table import AS_WHOLE, Body, Visit
from shared.rpc.catalog import FindTranscriptionTarget, TranscriptionTarget

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
