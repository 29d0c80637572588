"""Calls that the transcriber answers: transcriptions, alignments, and their results."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from shared.events.transcriber import Task
from shared.rpc.catalog import TranscriptionTarget
from shared.rpc.contract import (
    Failure,
    Idempotency,
    Listing,
    Nothing,
    Page,
    Repeatable,
    Reply,
    Request,
    Time,
)
from shared.rpc.ingest import SignedUrl
from shared.rpc.uploads import SignedParts, UploadState

ResultFormat = Literal["json", "txt", "srt", "vtt"]
AlignmentFormat = Literal["vtt", "srt", "json"]
JobKind = Literal["transcription", "alignment"]
"""An id of one kind is `not-found` among those of the other."""

MAX_TERMS = 1000
TermText = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=100,
        pattern=r"^[^\x00-\x1F\x7F-\x9F\u2028\u2029]*$",
    ),
]


class OpenedTranscription(Reply):
    """A transcription or an alignment that waits for its audio."""

    id: str
    upload_id: str
    part_size: int
    part_count: int


class Transcription(Reply):
    """A transcription or an alignment; `progress` is 0 to 100, `duration` in seconds once known."""

    id: str
    name: str
    status: Literal["uploading", "queued", "running", "succeeded", "failed"]
    language: str
    duration: float | None
    progress: float
    failure: Failure | None
    created_at: Time


class Result(Reply):
    """A transcript in one of the formats."""

    content: str
    content_type: str


class GlossaryEntry(Reply):
    """Where `term` is heard as whole words, `replacement` is written.

    `language` is one that Whisper knows, such as `fr`; None for all.
    """

    term: TermText
    replacement: TermText
    case_sensitive: bool = False
    language: str | None = None


class Glossary(Reply):
    """An organisation's entries in its order; none where it has set none."""

    items: list[GlossaryEntry] = Field(max_length=MAX_TERMS)


class OpenTranscription(Repeatable[OpenedTranscription]):
    """Errors: `invalid-request`, `unsupported-file-type`, `file-too-large`.

    Custom models do not translate; `invalid-request` names the field `target` then.
    """

    service: ClassVar[str] = "transcriber"
    target: TranscriptionTarget
    name: str
    size: int
    task: Task = "transcribe"


class OpenAlignment(OpenTranscription):
    """With the text that is said. Errors: those above; `invalid-request` (`transcript`)."""

    task: Literal["transcribe"] = "transcribe"
    transcript: str


class GetOpened(Request[OpenedTranscription]):
    """What a job of the kind was answered that was opened under the key.

    Errors: `not-found`; `invalid-request` where the key came with another request.
    """

    service: ClassVar[str] = "transcriber"
    organisation_id: str
    kind: JobKind
    idempotency: Idempotency


class GetTranscription(Request[Transcription]):
    """Errors: `not-found`."""

    service: ClassVar[str] = "transcriber"
    organisation_id: str
    transcription_id: str
    kind: JobKind = "transcription"


class ListTranscriptions(Listing[Page[Transcription]]):
    """The organisation's jobs of the kind, newest first. Errors: `invalid-request` (cursor)."""

    service: ClassVar[str] = "transcriber"
    organisation_id: str
    kind: JobKind = "transcription"


class DeleteTranscription(Request[Nothing]):
    """End it wherever it is, and drop its audio and its result. Errors: `not-found`."""

    service: ClassVar[str] = "transcriber"
    organisation_id: str
    transcription_id: str
    kind: JobKind = "transcription"


class GetResult(Request[Result]):
    """Errors: `not-found`, `not-ready-to-run`.

    Without `glossary` text and captions are as they were heard; JSON always has both.
    """

    service: ClassVar[str] = "transcriber"
    organisation_id: str
    transcription_id: str
    kind: JobKind = "transcription"
    format: ResultFormat
    glossary: bool = True


class DownloadAudio(Request[SignedUrl]):
    """The recording as it was uploaded. Errors: `not-found`, `not-ready-to-run` (uploading)."""

    service: ClassVar[str] = "transcriber"
    organisation_id: str
    transcription_id: str
    kind: JobKind = "transcription"


class GetGlossary(Request[Glossary]):
    """What applies to transcriptions that begin from now on."""

    service: ClassVar[str] = "transcriber"
    organisation_id: str


class PutGlossary(Request[Glossary]):
    """Replace all entries. Errors: `invalid-request` (the place of each bad entry)."""

    service: ClassVar[str] = "transcriber"
    organisation_id: str
    items: list[GlossaryEntry] = Field(max_length=MAX_TERMS)


class SignAudioParts(Request[SignedParts]):
    """Errors: `upload-not-found`, `invalid-request` (part number)."""

    service: ClassVar[str] = "transcriber"
    organisation_id: str
    upload_id: str
    part_numbers: list[int]


class GetAudioUpload(Request[UploadState]):
    """Errors: `upload-not-found`."""

    service: ClassVar[str] = "transcriber"
    organisation_id: str
    upload_id: str


class CompleteAudioUpload(Request[Transcription]):
    """Queue the job. Errors: `upload-not-found`, `upload-incomplete`."""

    service: ClassVar[str] = "transcriber"
    organisation_id: str
    upload_id: str


class AbortAudioUpload(Request[Nothing]):
    """Errors: `upload-not-found`."""

    service: ClassVar[str] = "transcriber"
    organisation_id: str
    upload_id: str
