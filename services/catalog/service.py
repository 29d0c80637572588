"""The catalog's entrypoints."""

from nameko.timer import timer

from services.catalog.handlers import hosting, languages, models, training
from shared.events.ingest import DatasetDeleted, DatasetRejected, DatasetUploaded
from shared.events.quota import ClaimGranted, HostingLapsed
from shared.events.trainer import TrainingFailed, TrainingStarted, TrainingSucceeded
from shared.rpc.catalog import (
    CreateModel,
    CustomModel,
    DeleteModel,
    FindTranscriptionTarget,
    GetModel,
    Languages,
    ListLanguages,
    ListModels,
    ModelDetails,
    PublishLanguage,
    RenameModel,
    RequestedTraining,
    TrainModel,
    TranscriptionTarget,
    WithdrawLanguage,
)
from shared.rpc.contract import Nothing, Page
from shared.runtime.deliveries import Delivery
from shared.runtime.service.calls import Calls, answers
from shared.runtime.service.dependencies import (
    RequestContext,
    ServiceDatabase,
    Settings,
)
from shared.runtime.service.inbox import listens


class CatalogService:
    """Languages, custom models, the train request."""

    name = "catalog"
    context = RequestContext()
    database = ServiceDatabase()
    settings = Settings()
    call = Calls()

    @answers(ListLanguages)
    def list_languages(self, request: ListLanguages) -> Languages:
        return languages.list_languages(request, self.database, self.settings.base_models)

    @answers(FindTranscriptionTarget)
    def find_transcription_target(self, request: FindTranscriptionTarget) -> TranscriptionTarget:
        return languages.find_transcription_target(
            request, self.database, self.settings.base_models
        )

    @answers(PublishLanguage)
    def publish_language(self, request: PublishLanguage) -> Nothing:
        return languages.publish_language(request, self.database)

    @answers(WithdrawLanguage)
    def withdraw_language(self, request: WithdrawLanguage) -> Nothing:
        return languages.withdraw_language(request, self.database)

    @answers(CreateModel)
    def create_model(self, request: CreateModel) -> CustomModel:
        return models.create_model(request, self.database, self.settings.base_models)

    @answers(RenameModel)
    def rename_model(self, request: RenameModel) -> CustomModel:
        return models.rename_model(request, self.database)

    @answers(DeleteModel)
    def delete_model(self, request: DeleteModel) -> Nothing:
        return models.delete_model(request, self.database)

    @answers(GetModel)
    def get_model(self, request: GetModel) -> ModelDetails:
        return models.get_model(request, self.database)

    @answers(ListModels)
    def list_models(self, request: ListModels) -> Page[CustomModel]:
        return models.list_models(request, self.database)

    @answers(TrainModel)
    def train_model(self, request: TrainModel) -> RequestedTraining:
        return training.train_model(request, self.database, self.call, self.settings.base_models)

    @timer(interval=5)  # type: ignore[untyped-decorator]
    def abandon_requests(self) -> None:
        training.abandon_requests(
            self.database, self.call, after_seconds=self.settings.claim_seconds
        )

    @listens(TrainingStarted)
    def on_training_started(self, message: Delivery[TrainingStarted]) -> None:
        training.training_started(message, self.database)

    @listens(TrainingSucceeded)
    def on_training_succeeded(self, message: Delivery[TrainingSucceeded]) -> None:
        training.training_succeeded(message, self.database)

    @listens(TrainingFailed)
    def on_training_failed(self, message: Delivery[TrainingFailed]) -> None:
        training.training_failed(message, self.database)

    @listens(ClaimGranted)
    def on_claim_granted(self, message: Delivery[ClaimGranted]) -> None:
        hosting.claim_granted(message, self.database)

    @listens(HostingLapsed)
    def on_hosting_lapsed(self, message: Delivery[HostingLapsed]) -> None:
        hosting.hosting_lapsed(message, self.database)

    @listens(DatasetUploaded)
    def on_dataset_uploaded(self, message: Delivery[DatasetUploaded]) -> None:
        models.datasets_changed(message, self.database)

    @listens(DatasetRejected)
    def on_dataset_rejected(self, message: Delivery[DatasetRejected]) -> None:
        models.datasets_changed(message, self.database)

    @listens(DatasetDeleted)
    def on_dataset_deleted(self, message: Delivery[DatasetDeleted]) -> None:
        models.datasets_changed(message, self.database)


SERVICE = CatalogService
