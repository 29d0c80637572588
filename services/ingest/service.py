"""The ingest service's entrypoints."""

from services.ingest.adapters.programs import can_convert_video
from services.ingest.handlers import datasets, uploads
from shared.rpc.contract import Nothing, Page
from shared.rpc.ingest import (
    AbortUpload,
    CompleteUpload,
    Dataset,
    DatasetsState,
    DeleteDataset,
    DownloadDataset,
    GetDatasetsState,
    GetUpload,
    ListDatasets,
    OpenedUploads,
    OpenUploads,
    SignedUrl,
    SignParts,
)
from shared.rpc.uploads import SignedParts, UploadState
from shared.runtime.service.calls import answers
from shared.runtime.service.dependencies import RequestContext, ServiceDatabase
from shared.runtime.service.storage import ObjectStorage


class IngestService:
    """Uploads, dataset rows, downloads."""

    name = "ingest"
    context = RequestContext()
    database = ServiceDatabase()
    storage = ObjectStorage()

    @answers(OpenUploads)
    def open_uploads(self, request: OpenUploads) -> OpenedUploads:
        return uploads.open_uploads(
            request, self.database, self.storage, can_convert=can_convert_video()
        )

    @answers(SignParts)
    def sign_parts(self, request: SignParts) -> SignedParts:
        return uploads.sign_parts(request, self.database, self.storage)

    @answers(GetUpload)
    def get_upload(self, request: GetUpload) -> UploadState:
        return uploads.get_upload(request, self.database, self.storage)

    @answers(CompleteUpload)
    def complete_upload(self, request: CompleteUpload) -> Dataset:
        return uploads.complete_upload(request, self.database, self.storage)

    @answers(AbortUpload)
    def abort_upload(self, request: AbortUpload) -> Nothing:
        return uploads.abort_upload(request, self.database, self.storage)

    @answers(ListDatasets)
    def list_datasets(self, request: ListDatasets) -> Page[Dataset]:
        return datasets.list_datasets(request, self.database)

    @answers(DownloadDataset)
    def download_dataset(self, request: DownloadDataset) -> SignedUrl:
        return datasets.download_dataset(request, self.database, self.storage)

    @answers(DeleteDataset)
    def delete_dataset(self, request: DeleteDataset) -> Nothing:
        return datasets.delete_dataset(request, self.database)

    @answers(GetDatasetsState)
    def get_datasets_state(self, request: GetDatasetsState) -> DatasetsState:
        return datasets.get_datasets_state(request, self.database)


SERVICE = IngestService
