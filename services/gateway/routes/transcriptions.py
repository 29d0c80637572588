"""Transcriptions with base languages and custom models."""

from typing import Annotated

from pydantic import BaseModel, Field

from services.gateway.routes.idempotency import idempotency
from services.gateway.routes.models import Text
from services.gateway.routes.table import API, AS_WHOLE, Answer, Body, Group, Visit
from shared.rpc.catalog import FindTranscriptionTarget
from shared.rpc.transcriber import (
    GetResult,
    GetTranscription,
    OpenedTranscription,
    OpenTranscription,
    ResultFormat,
    Transcription,
)

PATH = f"{API}/transcriptions"

transcriptions = Group(PATH, "Transcriptions")

RESULT_TYPES = ("application/json", "text/plain", "application/x-subrip", "text/vtt")


class NewTranscription(Body):
    """Audio to transcribe; `language` is a key of a base language or of a custom model."""

    language: Text
    name: str = Field(min_length=1)
    size: Annotated[int, Field(ge=1), AS_WHOLE]


class ResultQuery(BaseModel):
    """In which form the transcript is wanted."""

    format: ResultFormat = "json"


@transcriptions.route(
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
def open_transcription(visit: Visit, body: NewTranscription, idempotency_key: str | None) -> Answer:
    """Open a transcription, which then waits for its audio."""
    organisation_id = visit.principal.organisation_id
    target = visit.call(FindTranscriptionTarget(organisation_id=organisation_id, key=body.language))
    opened = visit.call.json(
        OpenTranscription(
            organisation_id=organisation_id,
            target=target,
            name=body.name,
            size=body.size,
            idempotency=idempotency(idempotency_key, body),
        )
    )
    return Answer(opened, location=f"{PATH}/{opened['id']}")


@transcriptions.route("GET", "/{transcription_id}", answer=Transcription)
def show_transcription(visit: Visit, transcription_id: str) -> Answer:
    """Show how far a transcription is."""
    return Answer(
        visit.call.json(
            GetTranscription(
                organisation_id=visit.principal.organisation_id,
                transcription_id=transcription_id,
            )
        )
    )


@transcriptions.route(
    "GET",
    "/{transcription_id}/result",
    media_types=RESULT_TYPES,
    errors=["not-ready-to-run"],
    exists=show_transcription,
)
def show_result(visit: Visit, transcription_id: str, query: ResultQuery) -> Answer:
    """Fetch the transcript."""
    result = visit.call(
        GetResult(
            organisation_id=visit.principal.organisation_id,
            transcription_id=transcription_id,
            format=query.format,
        )
    )
    return Answer(result.content, media_type=result.content_type)
