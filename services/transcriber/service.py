"""The transcriber service's entrypoints."""

from services.transcriber.handlers import glossary, jobs, uploads
from shared.rpc.contract import Nothing, Page
from shared.rpc.ingest import SignedUrl
from shared.rpc.transcriber import (
    AbortAudioUpload,
    CompleteAudioUpload,
    DeleteTranscription,
    DownloadAudio,
    GetAudioUpload,
    GetGlossary,
    GetOpened,
    GetResult,
    GetTranscription,
    Glossary,
    ListTranscriptions,
    OpenAlignment,
    OpenedTranscription,
    OpenTranscription,
    PutGlossary,
    Result,
    SignAudioParts,
    Transcription,
)
from shared.rpc.uploads import SignedParts, UploadState
from shared.runtime.service.calls import answers
from shared.runtime.service.dependencies import RequestContext, ServiceDatabase
from shared.runtime.service.storage import ObjectStorage


class TranscriberService:
    """Transcriptions, alignments, their results, and glossaries."""

    name = "transcriber"
    context = RequestContext()
    database = ServiceDatabase()
    storage = ObjectStorage()

    @answers(OpenTranscription)
    def open_transcription(self, request: OpenTranscription) -> OpenedTranscription:
        return jobs.open_transcription(request, self.database, self.storage)

    @answers(OpenAlignment)
    def open_alignment(self, request: OpenAlignment) -> OpenedTranscription:
        return jobs.open_transcription(request, self.database, self.storage)

    @answers(GetOpened)
    def get_opened(self, request: GetOpened) -> OpenedTranscription:
        return jobs.get_opened(request, self.database)

    @answers(GetTranscription)
    def get_transcription(self, request: GetTranscription) -> Transcription:
        return jobs.get_transcription(request, self.database)

    @answers(ListTranscriptions)
    def list_transcriptions(self, request: ListTranscriptions) -> Page[Transcription]:
        return jobs.list_transcriptions(request, self.database)

    @answers(DeleteTranscription)
    def delete_transcription(self, request: DeleteTranscription) -> Nothing:
        return jobs.delete_transcription(request, self.database)

    @answers(GetResult)
    def get_result(self, request: GetResult) -> Result:
        return jobs.get_result(request, self.database, self.storage)

    @answers(DownloadAudio)
    def download_audio(self, request: DownloadAudio) -> SignedUrl:
        return jobs.download_audio(request, self.database, self.storage)

    @answers(GetGlossary)
    def get_glossary(self, request: GetGlossary) -> Glossary:
        return glossary.get_glossary(request, self.database)

    @answers(PutGlossary)
    def put_glossary(self, request: PutGlossary) -> Glossary:
        return glossary.put_glossary(request, self.database)

    @answers(SignAudioParts)
    def sign_audio_parts(self, request: SignAudioParts) -> SignedParts:
        return uploads.sign_audio_parts(request, self.database, self.storage)

    @answers(GetAudioUpload)
    def get_audio_upload(self, request: GetAudioUpload) -> UploadState:
        return uploads.get_audio_upload(request, self.database, self.storage)

    @answers(CompleteAudioUpload)
    def complete_audio_upload(self, request: CompleteAudioUpload) -> Transcription:
        return uploads.complete_audio_upload(request, self.database, self.storage)

    @answers(AbortAudioUpload)
    def abort_audio_upload(self, request: AbortAudioUpload) -> Nothing:
        return uploads.abort_audio_upload(request, self.database, self.storage)


SERVICE = TranscriberService
