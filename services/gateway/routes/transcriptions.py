"""Transcriptions with base languages and custom models."""

from pydantic import BaseModel, Field

from services.gateway.routes.audio import ERRORS, Audio, open_job
from services.gateway.routes.idempotency import idempotency
from services.gateway.routes.models import Text
from services.gateway.routes.table import API, Answer, Group, PageQuery, Visit
from shared.rpc.catalog import TranscriptionTarget
from shared.rpc.contract import Page
from shared.rpc.transcriber import (
    DeleteTranscription,
    DownloadAudio,
    GetResult,
    GetTranscription,
    ListTranscriptions,
    OpenedTranscription,
    OpenTranscription,
    ResultFormat,
    Transcription,
)

PATH = f"{API}/transcriptions"

transcriptions = Group(PATH, "Transcriptions")

RESULT_TYPES = ("application/json", "text/plain", "application/x-subrip", "text/vtt")


class NewTranscription(Audio):
    """Audio to transcribe; `language` is a key of a base language or of a custom model."""

    language: Text


class ResultQuery(BaseModel):
    """In which form the transcript is wanted; JSON always has the text as it was heard, too."""

    format: ResultFormat = "json"
    glossary: bool = Field(default=True, description="false: the text as it was heard")


@transcriptions.route(
    "POST",
    status=201,
    answer=OpenedTranscription,
    errors=ERRORS,
)
def open_transcription(visit: Visit, body: NewTranscription, idempotency_key: str | None) -> Answer:
    """Open a transcription, which then waits for its audio."""
    again = idempotency(idempotency_key, body)

    def opening(target: TranscriptionTarget) -> OpenTranscription:
        return OpenTranscription(
            organisation_id=visit.principal.organisation_id,
            target=target,
            name=body.name,
            size=body.size,
            idempotency=again,
        )

    opened = open_job(visit, "transcription", body.language, again, opening)
    return Answer(opened, location=f"{PATH}/{opened['id']}")


@transcriptions.route("GET", answer=Page[Transcription], errors=["invalid-request"])
def list_transcriptions(visit: Visit, query: PageQuery) -> Answer:
    """List the organisation's transcriptions, newest first."""
    return Answer(
        visit.call.json(
            ListTranscriptions(
                organisation_id=visit.principal.organisation_id,
                limit=query.limit,
                cursor=query.cursor,
            )
        )
    )


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


@transcriptions.route("DELETE", "/{transcription_id}", status=204)
def delete_transcription(visit: Visit, transcription_id: str) -> Answer:
    """Delete a transcription with its audio and its result; end it where it has not ended."""
    visit.call(
        DeleteTranscription(
            organisation_id=visit.principal.organisation_id,
            transcription_id=transcription_id,
        )
    )
    return Answer()


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
            glossary=query.glossary,
        )
    )
    return Answer(result.content, media_type=result.content_type)


@transcriptions.route("GET", "/{transcription_id}/audio", status=307, errors=["not-ready-to-run"])
def download_transcription_audio(visit: Visit, transcription_id: str) -> Answer:
    """Redirect to the recording in storage, by a URL that holds for a few minutes."""
    signed = visit.call(
        DownloadAudio(
            organisation_id=visit.principal.organisation_id,
            transcription_id=transcription_id,
        )
    )
    return Answer(location=signed.url)
