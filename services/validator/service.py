"""The validator's entrypoints."""

from services.validator import handlers
from shared.events.catalog import CustomModelDeleted
from shared.events.ingest import DatasetDeleted, DatasetRejected, DatasetUploaded
from shared.rpc.validator import Assessment, Validate
from shared.runtime.deliveries import Delivery
from shared.runtime.service.calls import answers
from shared.runtime.service.dependencies import (
    RequestContext,
    ServiceDatabase,
    Settings,
)
from shared.runtime.service.inbox import listens


class ValidatorService:
    """Verdicts."""

    name = "validator"
    context = RequestContext()
    database = ServiceDatabase()
    settings = Settings()

    @answers(Validate)
    def validate(self, request: Validate) -> Assessment:
        return handlers.validate(
            request, self.database, catch_up_seconds=self.settings.catch_up_seconds
        )

    @listens(DatasetUploaded)
    def on_dataset_uploaded(self, message: Delivery[DatasetUploaded]) -> None:
        handlers.dataset_uploaded(message, self.database)

    @listens(DatasetRejected)
    def on_dataset_rejected(self, message: Delivery[DatasetRejected]) -> None:
        handlers.dataset_rejected(message, self.database)

    @listens(DatasetDeleted)
    def on_dataset_deleted(self, message: Delivery[DatasetDeleted]) -> None:
        handlers.dataset_deleted(message, self.database)

    @listens(CustomModelDeleted)
    def on_custom_model_deleted(self, message: Delivery[CustomModelDeleted]) -> None:
        handlers.custom_model_deleted(message, self.database)


SERVICE = ValidatorService
