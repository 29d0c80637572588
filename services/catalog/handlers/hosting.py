"""Which trained models are live: what the trainer and quota say, in whichever order it comes.

Quota asks for a unit itself when a training succeeds and at each renewal, and says what came of
it; the highest `hosting_turn` holds.
"""

from sqlalchemy.orm import Session

from services.catalog import domain
from services.catalog.domain import Status
from services.catalog.models import custom_models
from services.catalog.models.tables import ModelRow
from shared.events.catalog import CustomModelDisabled, CustomModelEnabled
from shared.events.quota import ClaimGranted, HostingLapsed
from shared.rpc.contract import Failure
from shared.runtime import outbox
from shared.runtime.database import Database
from shared.runtime.deliveries import Delivery


def claim_granted(message: Delivery[ClaimGranted], database: Database) -> None:
    """A model that is hosted is enabled; the claims of trainings are no news here."""
    if message.event.kind == "hosting":
        _hear(message, database, refusal=None)


def hosting_lapsed(message: Delivery[HostingLapsed], database: Database) -> None:
    """A model without hosting is not enabled, and says why."""
    event = message.event
    _hear(message, database, refusal=Failure(code=event.code, message=event.message))


def _hear(
    message: Delivery[ClaimGranted] | Delivery[HostingLapsed],
    database: Database,
    *,
    refusal: Failure | None,
) -> None:
    event = message.event
    with database.once(message.id) as session:
        model = custom_models.in_training(session, event.model_id, event.training_id)
        if model is None or event.hosting_turn <= model.hosting_turn:
            return
        model.hosting_turn = event.hosting_turn
        model.hosting_refusal = None if refusal is None else refusal.model_dump()
        settle(session, model)


def settle(session: Session, model: ModelRow) -> None:
    """Success once there are artifact and answer; from then on live or not, as quota said last.

    Success and the first answer are one change, so that nobody finds a model that is trained, and
    neither live nor with a reason why not.
    """
    if model.artifact is None or model.hosting_turn == 0:
        return
    if domain.may_move(model.status, Status.SUCCESS):
        model.status = Status.SUCCESS
        model.touch()
    if model.status != Status.SUCCESS:
        return
    live = model.hosting_refusal is None
    if live and not model.enabled:
        outbox.publish(session, _enabled(model))
    elif model.enabled and not live:
        outbox.publish(session, _disabled(model))
    if live != model.enabled:
        model.touch()
    model.enabled, model.failure = live, model.hosting_refusal


def _enabled(model: ModelRow) -> CustomModelEnabled:
    return CustomModelEnabled.model_validate(
        {
            "organisation_id": model.organisation_id,
            "model_id": model.id,
            "training_id": model.training_id,
            "key": model.key,
            "name": model.name,
            "language": model.language,
            "artifact": model.artifact,
        }
    )


def _disabled(model: ModelRow) -> CustomModelDisabled:
    assert model.hosting_refusal is not None
    return CustomModelDisabled(
        organisation_id=model.organisation_id,
        model_id=model.id,
        reason=model.hosting_refusal["message"],
    )
