"""Force alignment: audio and its plain transcript become captions."""

from typing import Annotated

from pydantic import BaseModel, Field

from services.gateway.routes.idempotency import idempotency
from services.gateway.routes.models import Text
from services.gateway.routes.table import API, AS_WHOLE, Answer, Body, Group, Visit
from shared.rpc.catalog import FindTranscriptionTarget
from shared.rpc.transcriber import (
    AlignmentFormat,
    GetResult,
    GetTranscription,
    OpenAlignment,
    OpenedTranscription,
    Transcription,
)

PATH = f"{API}/alignments"

alignments = Group(PATH, "Alignments")

RESULT_TYPES = ("text/vtt", "application/x-subrip", "application/json")


class NewAudio(Body):
    """The recording that the text is said in."""

    name: str = Field(min_length=1)
    size: Annotated[int, Field(ge=1), AS_WHOLE]


class NewAlignment(Body):
    """Audio and what is said in it; `language` is the key of a base language or a custom model.

    Each line of `transcript` becomes one caption, or several where it is long. With all else of
    the body it has at most 1 MiB.
    """

    language: Text
    audio: NewAudio
    transcript: str = Field(min_length=1)


class CaptionsQuery(BaseModel):
    """In which form the captions are wanted."""

    format: AlignmentFormat = "vtt"


@alignments.route(
    "POST",
    status=201,
    answer=OpenedTranscription,
    errors=[
        "invalid-language",
        "language-not-published",
        "unsupported-file-type",
        "file-too-large",
    ],
)
def open_alignment(visit: Visit, body: NewAlignment, idempotency_key: str | None) -> Answer:
    """Open an alignment, which then waits for its audio."""
    organisation_id = visit.principal.organisation_id
    target = visit.call(FindTranscriptionTarget(organisation_id=organisation_id, key=body.language))
    opened = visit.call.json(
        OpenAlignment(
            organisation_id=organisation_id,
            target=target,
            name=body.audio.name,
            size=body.audio.size,
            transcript=body.transcript,
            idempotency=idempotency(idempotency_key, body),
        )
    )
    return Answer(opened, location=f"{PATH}/{opened['id']}")


@alignments.route("GET", "/{alignment_id}", answer=Transcription)
def show_alignment(visit: Visit, alignment_id: str) -> Answer:
    """Show how far an alignment is."""
    return Answer(
        visit.call.json(
            GetTranscription(
                organisation_id=visit.principal.organisation_id,
                transcription_id=alignment_id,
                kind="alignment",
            )
        )
    )


@alignments.route(
    "GET",
    "/{alignment_id}/result",
    media_types=RESULT_TYPES,
    errors=["not-ready-to-run"],
    exists=show_alignment,
)
def show_captions(visit: Visit, alignment_id: str, query: CaptionsQuery) -> Answer:
    """Fetch the captions."""
    result = visit.call(
        GetResult(
            organisation_id=visit.principal.organisation_id,
            transcription_id=alignment_id,
            kind="alignment",
            format=query.format,
        )
    )
    return Answer(result.content, media_type=result.content_type)
