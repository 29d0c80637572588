"""The quota service's entrypoints."""

from services.quota import handlers
from shared.events.catalog import CustomModelEnabled
from shared.events.trainer import TrainingFailed, TrainingSucceeded
from shared.rpc.contract import Nothing, Page
from shared.rpc.quota import (
    Claim,
    Features,
    GetFeatures,
    GetPlan,
    ListClaims,
    NoteParent,
    Plan,
    PutPlan,
    ReleaseClaim,
    TakeClaim,
)
from shared.runtime.deliveries import Delivery
from shared.runtime.service.calls import answers
from shared.runtime.service.dependencies import RequestContext, ServiceDatabase
from shared.runtime.service.inbox import listens


class QuotaService:
    """Plans and claims."""

    name = "quota"
    context = RequestContext()
    database = ServiceDatabase()

    @answers(GetFeatures)
    def get_features(self, request: GetFeatures) -> Features:
        return handlers.get_features(request, self.database)

    @answers(NoteParent)
    def note_parent(self, request: NoteParent) -> Nothing:
        return handlers.note_parent(request, self.database)

    @answers(PutPlan)
    def put_plan(self, request: PutPlan) -> Plan:
        return handlers.put_plan(request, self.database)

    @answers(GetPlan)
    def get_plan(self, request: GetPlan) -> Plan:
        return handlers.get_plan(request, self.database)

    @answers(ListClaims)
    def list_claims(self, request: ListClaims) -> Page[Claim]:
        return handlers.list_claims(request, self.database)

    @answers(TakeClaim)
    def take_claim(self, request: TakeClaim) -> Claim:
        return handlers.take_claim(request, self.database)

    @answers(ReleaseClaim)
    def release_claim(self, request: ReleaseClaim) -> Nothing:
        return handlers.release_claim(request, self.database)

    @listens(TrainingSucceeded)
    def on_training_succeeded(self, message: Delivery[TrainingSucceeded]) -> None:
        handlers.training_succeeded(message, self.database)

    @listens(TrainingFailed)
    def on_training_failed(self, message: Delivery[TrainingFailed]) -> None:
        handlers.training_failed(message, self.database)

    @listens(CustomModelEnabled)
    def on_custom_model_enabled(self, message: Delivery[CustomModelEnabled]) -> None:
        handlers.custom_model_enabled(message, self.database)


SERVICE = QuotaService
