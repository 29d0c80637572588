"""Uploads in parts, of datasets and of audio to transcribe: the client need not know which."""

from typing import Annotated, Any

from pydantic import Field

from services.gateway.routes.table import API, AS_WHOLE, Answer, Body, Group, NoBody, Visit
from shared.errors import ArgotError
from shared.rpc.contract import Request
from shared.rpc.ingest import AbortUpload, CompleteUpload, Dataset, GetUpload, SignParts
from shared.rpc.transcriber import (
    AbortAudioUpload,
    CompleteAudioUpload,
    GetAudioUpload,
    SignAudioParts,
    Transcription,
)
from shared.rpc.uploads import SignedParts, UploadState

uploads = Group(f"{API}/uploads/{{upload_id}}", "Uploads")

MAX_PARTS = 1000


class WantedParts(Body):
    """Numbers of parts, from 1."""

    part_numbers: list[Annotated[int, AS_WHOLE]] = Field(min_length=1, max_length=MAX_PARTS)


@uploads.route("GET", answer=UploadState)
def show_upload(visit: Visit, upload_id: str) -> Answer:
    """Show which parts of an upload have arrived."""
    ids = {"organisation_id": visit.principal.organisation_id, "upload_id": upload_id}
    return Answer(_ask_both(visit, GetUpload(**ids), GetAudioUpload(**ids)))


def _find_open(visit: Visit, upload_id: str) -> None:
    _find(visit, upload_id, gone={"aborted", "completed"})


def _find_unless_aborted(visit: Visit, upload_id: str) -> None:
    _find(visit, upload_id, gone={"aborted"})


def _find(visit: Visit, upload_id: str, gone: set[str]) -> None:
    """Errors: `upload-not-found`, also for one that is of no use any more."""
    if show_upload(visit, upload_id).content["status"] in gone:
        raise ArgotError("upload-not-found")


@uploads.route("POST", "/parts", answer=SignedParts, errors=["invalid-request"], exists=_find_open)
def sign_parts(visit: Visit, upload_id: str, body: WantedParts) -> Answer:
    """Sign storage URLs for parts."""
    organisation_id, numbers = visit.principal.organisation_id, body.part_numbers
    signed = _ask_both(
        visit,
        SignParts(organisation_id=organisation_id, upload_id=upload_id, part_numbers=numbers),
        SignAudioParts(organisation_id=organisation_id, upload_id=upload_id, part_numbers=numbers),
    )
    return Answer(signed)


@uploads.route(
    "POST",
    "/complete",
    answer=Dataset | Transcription,
    errors=["upload-incomplete"],
    exists=_find_unless_aborted,
)
def complete_upload(
    visit: Visit,
    upload_id: str,
    body: NoBody = NoBody(),  # noqa: ARG001, B008 (it is checked; frozen)
) -> Answer:
    """Complete an upload; repeating it gives the same answer."""
    ids = {"organisation_id": visit.principal.organisation_id, "upload_id": upload_id}
    return Answer(_ask_both(visit, CompleteUpload(**ids), CompleteAudioUpload(**ids)))


@uploads.route("DELETE", status=204)
def abort_upload(visit: Visit, upload_id: str) -> Answer:
    """Abort an upload."""
    ids = {"organisation_id": visit.principal.organisation_id, "upload_id": upload_id}
    _ask_both(visit, AbortUpload(**ids), AbortAudioUpload(**ids))
    return Answer()


def _ask_both(visit: Visit, dataset: Request[Any], audio: Request[Any]) -> Any:
    """The answer of ingest, or of the transcriber where ingest does not know the upload."""
    try:
        return visit.call.json(dataset)
    except ArgotError as error:
        if error.code != "upload-not-found":
            raise
    return visit.call.json(audio)
