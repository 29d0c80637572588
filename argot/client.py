"""The HTTP API of one Argot server, as one organisation's user sees it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, Self, TypeVar
from urllib.parse import quote

from pydantic import BaseModel

from argot.connection import Connection
from shared.rpc.catalog import CustomModel, Language, Languages
from shared.rpc.contract import Page
from shared.rpc.ingest import Dataset, NamedFile, OpenedUpload, OpenedUploads
from shared.rpc.trainer import Training
from shared.rpc.transcriber import (
    AlignmentFormat,
    Glossary,
    GlossaryEntry,
    JobKind,
    OpenedTranscription,
    ResultFormat,
    Transcription,
)
from shared.rpc.uploads import SignedPart, SignedParts, UploadState
from shared.rpc.validator import Verdict

PAGE_SIZE = 200

ItemT = TypeVar("ItemT", bound=BaseModel)


class Client:
    """Every method raises `ProblemError` or `UnreachableError`; safe to share between threads."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url.rstrip("/")
        self._server = Connection(url, token)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    def languages(self, purpose: Literal["training", "transcription"]) -> list[Language]:
        """What a model may be based on, or what can be transcribed with, in order of name."""
        return self._server.read(Languages, "GET", "languages", params={"for": purpose}).items

    def models(self) -> list[CustomModel]:
        """All custom models of the organisation, newest change first."""
        return list(self._pages("custom-models", Page[CustomModel]))

    def model(self, model_id: str) -> CustomModel:
        """The custom model of this id."""
        return self._server.read(CustomModel, "GET", f"custom-models/{quote(model_id)}")

    def create_model(self, name: str, language: str) -> CustomModel:
        """A new model; one, also where the request has to be sent again."""
        body = {"name": name, "language": language}
        return self._server.read(CustomModel, "POST", "custom-models", body=body, creates=True)

    def open_uploads(self, model_id: str, files: list[NamedFile]) -> list[OpenedUpload]:
        """One item a file in the order given; at most 100 files."""
        path = f"custom-models/{quote(model_id)}/uploads"
        body = {"type": "auto", "files": [each.model_dump() for each in files]}
        return self._server.read(OpenedUploads, "POST", path, body=body, creates=True).items

    def sign_part(self, upload_id: str, number: int) -> SignedPart:
        """Where to put one part, for some minutes."""
        path = f"uploads/{quote(upload_id)}/parts"
        body = {"part_numbers": [number]}
        return self._server.read(SignedParts, "POST", path, body=body).items[0]

    def upload(self, upload_id: str) -> UploadState:
        """Which parts have arrived; `upload-not-found` where it is not known, or no longer."""
        return self._server.read(UploadState, "GET", f"uploads/{quote(upload_id)}")

    def complete_upload(self, upload_id: str) -> str:
        """The id of the dataset row, or of the job that the audio was for."""
        path = f"uploads/{quote(upload_id)}/complete"
        return self._server.read(_Identified, "POST", path).id

    def datasets(self, model_id: str) -> list[Dataset]:
        """All files of a model, newest change first."""
        return list(self._pages(f"custom-models/{quote(model_id)}/datasets", Page[Dataset]))

    def validation(self, model_id: str) -> Verdict:
        """Whether a training may start; `not-ready-to-run` while files are being processed."""
        return self._server.read(Verdict, "POST", f"custom-models/{quote(model_id)}/validation")

    def train(self, model_id: str, *, skip_unmatched: bool) -> Training:
        """Start one training, also where the request has to be sent again."""
        return self._server.read(
            Training,
            "POST",
            f"custom-models/{quote(model_id)}/train",
            body={"skip_unmatched": skip_unmatched},
            creates=True,
        )

    def training(self, model_id: str, training_id: str) -> Training:
        """How far a training is, or how it ended."""
        path = f"custom-models/{quote(model_id)}/trainings/{quote(training_id)}"
        return self._server.read(Training, "GET", path)

    def open_transcription(self, language: str, name: str, size: int) -> OpenedTranscription:
        """A job that waits for its audio."""
        body = {"language": language, "name": name, "size": size}
        return self._server.read(
            OpenedTranscription, "POST", "transcriptions", body=body, creates=True
        )

    def transcription(self, transcription_id: str) -> Transcription:
        """How far a transcription is, or how it ended."""
        path = f"transcriptions/{quote(transcription_id)}"
        return self._server.read(Transcription, "GET", path)

    def result(self, transcription_id: str, form: ResultFormat) -> str:
        """The transcript; `not-ready-to-run` before the end."""
        path = f"transcriptions/{quote(transcription_id)}/result"
        return self._server.send("GET", path, params={"format": form}).text

    def open_alignment(
        self, language: str, name: str, size: int, transcript: str
    ) -> OpenedTranscription:
        """A job that waits for the audio in which the transcript is said."""
        audio = {"name": name, "size": size}
        body = {"language": language, "audio": audio, "transcript": transcript}
        return self._server.read(OpenedTranscription, "POST", "alignments", body=body, creates=True)

    def alignment(self, alignment_id: str) -> Transcription:
        """How far an alignment is, or how it ended."""
        return self._server.read(Transcription, "GET", f"alignments/{quote(alignment_id)}")

    def captions(self, alignment_id: str, form: AlignmentFormat) -> str:
        """The captions; `not-ready-to-run` before the end."""
        path = f"alignments/{quote(alignment_id)}/result"
        return self._server.send("GET", path, params={"format": form}).text

    def delete_job(self, kind: JobKind, job_id: str) -> None:
        """End a transcription or an alignment, and remove its audio and its result."""
        self._server.send("DELETE", f"{kind}s/{quote(job_id)}")

    def glossary(self) -> list[GlossaryEntry]:
        """The terms that are replaced in transcripts, in their order."""
        return self._server.read(Glossary, "GET", "glossary").items

    def put_glossary(self, items: Sequence[Mapping[str, str | bool | None]]) -> None:
        """Let these be all terms; `invalid-request` has the places of those that are refused."""
        self._server.send("PUT", "glossary", body={"items": [*items]})

    def _pages(self, path: str, page_type: type[Page[ItemT]]) -> Iterator[ItemT]:
        params: dict[str, str | int] = {"limit": PAGE_SIZE}
        while True:
            page = self._server.read(page_type, "GET", path, params=params)
            yield from page.items
            if page.next_cursor is None:
                return
            params["cursor"] = page.next_cursor


class _Identified(BaseModel):
    """The one field that a dataset row and a job share."""

    id: str
