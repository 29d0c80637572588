"""Force alignment: audio and its plain transcript become captions."""

from pydantic import BaseModel, Field

from services.gateway.routes.audio import ERRORS, Audio, open_job
from services.gateway.routes.idempotency import idempotency
from services.gateway.routes.models import Text
from services.gateway.routes.table import API, Answer, Body, Group, PageQuery, Visit
from shared.rpc.catalog import TranscriptionTarget
from shared.rpc.contract import Page
from shared.rpc.transcriber import (
    AlignmentFormat,
    DeleteTranscription,
    DownloadAudio,
    GetResult,
    GetTranscription,
    ListTranscriptions,
    OpenAlignment,
    OpenedTranscription,
    Transcription,
)

PATH = f"{API}/alignments"

alignments = Group(PATH, "Alignments")

MAX_TEXT = 1_000_000
"""Characters, of about 18 hours of English."""
BODY_LIMIT = 6 * MAX_TEXT + 64 * 1024
"""Bytes: JSON may write a character as `\\u0e01`."""

RESULT_TYPES = ("text/vtt", "application/x-subrip", "application/json")


class NewAlignment(Body):
    """Audio and what is said in it; `language` is the key of a base language or a custom model.

    Each line of `transcript` becomes one caption, or several where it is long.
    """

    language: Text
    audio: Audio
    transcript: str = Field(min_length=1, max_length=MAX_TEXT)


class CaptionsQuery(BaseModel):
    """In which form the captions are wanted."""

    format: AlignmentFormat = "vtt"


@alignments.route(
    "POST",
    status=201,
    answer=OpenedTranscription,
    errors=ERRORS,
    body_limit=BODY_LIMIT,
)
def open_alignment(visit: Visit, body: NewAlignment, idempotency_key: str | None) -> Answer:
    """Open an alignment, which then waits for its audio."""
    again = idempotency(idempotency_key, body)

    def opening(target: TranscriptionTarget) -> OpenAlignment:
        return OpenAlignment(
            organisation_id=visit.principal.organisation_id,
            target=target,
            name=body.audio.name,
            size=body.audio.size,
            transcript=body.transcript,
            idempotency=again,
        )

    opened = open_job(visit, "alignment", body.language, again, opening)
    return Answer(opened, location=f"{PATH}/{opened['id']}")


@alignments.route("GET", answer=Page[Transcription], errors=["invalid-request"])
def list_alignments(visit: Visit, query: PageQuery) -> Answer:
    """List the organisation's alignments, newest first."""
    return Answer(
        visit.call.json(
            ListTranscriptions(
                organisation_id=visit.principal.organisation_id,
                kind="alignment",
                limit=query.limit,
                cursor=query.cursor,
            )
        )
    )


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


@alignments.route("DELETE", "/{alignment_id}", status=204)
def delete_alignment(visit: Visit, alignment_id: str) -> Answer:
    """Delete an alignment with its audio and its result; end it where it has not ended."""
    visit.call(
        DeleteTranscription(
            organisation_id=visit.principal.organisation_id,
            transcription_id=alignment_id,
            kind="alignment",
        )
    )
    return Answer()


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


@alignments.route("GET", "/{alignment_id}/audio", status=307, errors=["not-ready-to-run"])
def download_alignment_audio(visit: Visit, alignment_id: str) -> Answer:
    """Redirect to the recording in storage, by a URL that holds for a few minutes."""
    signed = visit.call(
        DownloadAudio(
            organisation_id=visit.principal.organisation_id,
            transcription_id=alignment_id,
            kind="alignment",
        )
    )
    return Answer(location=signed.url)
