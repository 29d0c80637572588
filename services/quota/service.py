"""The quota service's entrypoints."""

from nameko.timer import timer

from services.quota.handlers import claims, hosting, plans
from shared.events.catalog import CustomModelDeleted
from shared.events.trainer import TrainingFailed, TrainingSucceeded
from shared.rpc.contract import Nothing, Page
from shared.rpc.quota import (
    Claim,
    Features,
    GetFeatures,
    GetPlan,
    GetRemainingClaims,
    ListClaims,
    NoteParent,
    Plan,
    PutPlan,
    ReleaseClaim,
    RemainingClaims,
    TakeClaim,
)
from shared.runtime.database import now
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
        return plans.get_features(request, self.database)

    @answers(NoteParent)
    def note_parent(self, request: NoteParent) -> Nothing:
        return plans.note_parent(request, self.database)

    @answers(PutPlan)
    def put_plan(self, request: PutPlan) -> Plan:
        return plans.put_plan(request, self.database, now())

    @answers(GetPlan)
    def get_plan(self, request: GetPlan) -> Plan:
        return plans.get_plan(request, self.database)

    @answers(ListClaims)
    def list_claims(self, request: ListClaims) -> Page[Claim]:
        return claims.list_claims(request, self.database, now())

    @answers(GetRemainingClaims)
    def get_remaining_claims(self, request: GetRemainingClaims) -> RemainingClaims:
        return claims.get_remaining_claims(request, self.database, now())

    @answers(TakeClaim)
    def take_claim(self, request: TakeClaim) -> Claim:
        return claims.take_claim(request, self.database, now())

    @answers(ReleaseClaim)
    def release_claim(self, request: ReleaseClaim) -> Nothing:
        return claims.release_claim(request, self.database, now())

    @listens(TrainingSucceeded)
    def on_training_succeeded(self, message: Delivery[TrainingSucceeded]) -> None:
        claims.training_succeeded(message, self.database, now())

    @listens(TrainingFailed)
    def on_training_failed(self, message: Delivery[TrainingFailed]) -> None:
        claims.training_failed(message, self.database, now())

    @listens(CustomModelDeleted)
    def on_custom_model_deleted(self, message: Delivery[CustomModelDeleted]) -> None:
        hosting.custom_model_deleted(message, self.database, now())

    @timer(interval=2)  # type: ignore[untyped-decorator]
    def renew_hosting(self) -> None:
        hosting.renew_all(self.database, now())


SERVICE = QuotaService
