"""The trainer's entrypoints for questions; its worker consumes the events."""

from services.trainer import handlers
from shared.rpc.contract import Page
from shared.rpc.ingest import SignedUrl
from shared.rpc.trainer import DownloadArtifact, GetTraining, ListTrainings, Training
from shared.runtime.service.calls import answers
from shared.runtime.service.dependencies import RequestContext, ServiceDatabase
from shared.runtime.service.storage import ObjectStorage


class TrainerService:
    """Training runs and artifacts."""

    name = "trainer"
    context = RequestContext()
    database = ServiceDatabase()
    storage = ObjectStorage()

    @answers(ListTrainings)
    def list_trainings(self, request: ListTrainings) -> Page[Training]:
        return handlers.list_trainings(request, self.database)

    @answers(GetTraining)
    def get_training(self, request: GetTraining) -> Training:
        return handlers.get_training(request, self.database)

    @answers(DownloadArtifact)
    def download_artifact(self, request: DownloadArtifact) -> SignedUrl:
        return handlers.download_artifact(request, self.storage)


SERVICE = TrainerService
