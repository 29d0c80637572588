"""Calls that ingest answers: uploads, dataset rows, downloads."""

from typing import ClassVar, Literal

from shared.rpc.contract import Failure, Listing, Nothing, Page, Repeatable, Reply, Request, Time
from shared.rpc.uploads import SignedParts, UploadState

DatasetType = Literal["AUDIO", "TRANSCRIPT", "MANIFEST"]


class NamedFile(Reply):
    """A file that a client wants to send; `size` in bytes."""

    name: str
    size: int


class OpenedUpload(Reply):
    """What became of one file of a batch: created, skipped as a duplicate, or rejected."""

    name: str
    status: Literal["created", "skipped", "rejected"]
    upload_id: str | None = None
    part_size: int | None = None
    part_count: int | None = None
    reason: Literal["duplicate"] | None = None
    code: str | None = None
    detail: str | None = None


class OpenedUploads(Reply):
    """One item a file, in the order of the request."""

    items: list[OpenedUpload]


class Dataset(Reply):
    """A dataset row; `url` is its download route, times are seconds."""

    id: str
    name: str
    type: DatasetType
    status: Literal["processing", "ready", "failed"]
    failure: Failure | None
    duration: float | None
    url: str
    start_time: float | None
    end_time: float | None
    size: int
    created_at: Time


class SignedUrl(Reply):
    """A storage URL that is valid for a few minutes."""

    url: str


class DatasetsState(Reply):
    """How far a model's datasets are: the latest revision, and rows still processing."""

    revision: int
    processing: int


class OpenUploads(Repeatable[OpenedUploads]):
    """Faults of one file are items of the answer.

    Errors: `custom-model-not-found`, `batch-too-large`, `ffmpeg_unavailable`, `invalid-request` (no
    file, or the key of another request).
    """

    service: ClassVar[str] = "ingest"
    model_id: str
    type: Literal["auto", "AUDIO", "TRANSCRIPT"]
    files: list[NamedFile]


class SignParts(Request[SignedParts]):
    """Errors: `upload-not-found`, `invalid-request` (part number)."""

    service: ClassVar[str] = "ingest"
    organisation_id: str
    upload_id: str
    part_numbers: list[int]


class GetUpload(Request[UploadState]):
    """Errors: `upload-not-found`."""

    service: ClassVar[str] = "ingest"
    organisation_id: str
    upload_id: str


class CompleteUpload(Request[Dataset]):
    """Repeating it gives the same answer. Errors: `upload-not-found`, `upload-incomplete`."""

    service: ClassVar[str] = "ingest"
    organisation_id: str
    upload_id: str


class AbortUpload(Request[Nothing]):
    """Errors: `upload-not-found`."""

    service: ClassVar[str] = "ingest"
    organisation_id: str
    upload_id: str


class ListDatasets(Listing[Page[Dataset]]):
    """The model's rows, newest change first."""

    service: ClassVar[str] = "ingest"
    organisation_id: str
    model_id: str


class DownloadDataset(Request[SignedUrl]):
    """Errors: `dataset-not-found`, `not-ready-to-run` (still processing)."""

    service: ClassVar[str] = "ingest"
    organisation_id: str
    model_id: str
    dataset_id: str


class DeleteDataset(Request[Nothing]):
    """Errors: `dataset-not-found`."""

    service: ClassVar[str] = "ingest"
    organisation_id: str
    model_id: str
    dataset_id: str


class GetDatasetsState(Request[DatasetsState]):
    """Revision 0 where nothing was ever uploaded."""

    service: ClassVar[str] = "ingest"
    organisation_id: str
    model_id: str
