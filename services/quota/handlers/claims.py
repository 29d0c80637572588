"""The claims of trainings, and the ledger as it is shown."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from services.quota import domain
from services.quota.handlers import hosting
from services.quota.models import hostings, ledger, tables
from services.quota.models.tables import Entry, PlanRow
from shared.errors import ArgotError
from shared.events.quota import ClaimGranted, ClaimReleased
from shared.events.trainer import TrainingFailed, TrainingSucceeded
from shared.rpc.contract import Nothing, Page
from shared.rpc.quota import (
    Claim,
    GetRemainingClaims,
    ListClaims,
    ReleaseClaim,
    RemainingClaims,
    TakeClaim,
)
from shared.runtime import outbox
from shared.runtime.database import Database
from shared.runtime.deliveries import Delivery


def list_claims(request: ListClaims, database: Database, moment: datetime) -> Page[Claim]:
    """The claims of the current period, newest first; without a plan there is no period."""
    with database.reading() as session:
        row = session.get(PlanRow, request.organisation_id)
        if row is None:
            return Page[Claim](items=[])
        period = domain.period_at(row.anchor, row.timezone, moment)
        claims, cursor = ledger.CLAIMS.read(
            session,
            request,
            organisation_id=request.organisation_id,
            start=period.start,
            end=period.end,
        )
        outcomes = ledger.outcomes(session, claims)
        items = [tables.claim_of(claim, outcomes.get(claim.id)) for claim in claims]
        return Page[Claim](items=items, next_cursor=cursor)


def get_remaining_claims(
    request: GetRemainingClaims, database: Database, moment: datetime
) -> RemainingClaims:
    """What `take_claim` and the hosting after it would find at this moment."""
    with database.reading() as session:
        plan = session.get(PlanRow, request.organisation_id)
        if plan is None:
            raise ArgotError("feature-not-available", "The organisation has no plan")
        return domain.remaining_claims(
            ledger.standing(session, plan, "training", moment),
            ledger.standing(session, plan, "hosting", moment),
        )


def take_claim(request: TakeClaim, database: Database, moment: datetime) -> Claim:
    """A unit for a training, free or paid; the claim of the same training where it has one."""
    with database.transaction() as session:
        plan = ledger.locked_plan(session, request.organisation_id)
        if ledger.training_entry(session, request.training_id, "release"):
            raise ArgotError("no-claims-available", "The claim was released")
        claim = ledger.training_entry(session, request.training_id, "claim")
        if claim is None:
            claim = _claim(session, plan, request, moment)
        committed = ledger.training_entry(session, request.training_id, "commit")
        return tables.claim_of(claim, "commit" if committed else None)


def _claim(session: Session, plan: PlanRow | None, request: TakeClaim, moment: datetime) -> Entry:
    if plan is None:
        raise ArgotError("no-claims-available", "The organisation has no plan")
    standing = ledger.standing(session, plan, "training", moment)
    price = standing.price
    if price is None:
        raise ArgotError("no-claims-available", "No training claims available")
    claim = ledger.claim(
        organisation_id=request.organisation_id,
        kind="training",
        training_id=request.training_id,
        model_id=request.model_id,
        price=price,
        period_start=standing.period.start,
        created_at=moment,
    )
    session.add(claim)
    outbox.publish(session, ClaimGranted(price=claim.price, **claim.about()))
    return claim


def release_claim(request: ReleaseClaim, database: Database, moment: datetime) -> Nothing:
    """Give the unit back. Without a claim a mark is left that refuses one which comes late."""
    with database.transaction() as session:
        ledger.locked_plan(session, request.organisation_id)
        if ledger.training_entry(session, request.training_id, "claim"):
            _release(session, request.training_id, moment)
        elif ledger.training_entry(session, request.training_id, "release") is None:
            never = ledger.claim(
                organisation_id=request.organisation_id,
                kind="training",
                training_id=request.training_id,
                model_id=request.model_id,
                price=Decimal(0),
                period_start=moment,
                created_at=moment,
            )
            session.add(never.followed_by("release", moment))
        return Nothing()


def training_succeeded(
    message: Delivery[TrainingSucceeded], database: Database, moment: datetime
) -> None:
    """A training that gave a model used its unit; the model's hosting begins."""
    event = message.event
    with database.once(message.id) as session:
        ledger.locked_plan(session, event.organisation_id)
        _settle(session, event.training_id, "commit", moment)
        hosting.begin(session, event, moment)


def training_failed(
    message: Delivery[TrainingFailed], database: Database, moment: datetime
) -> None:
    """A fault of the data uses the unit up; a fault of ours gives it back."""
    event = message.event
    with database.once(message.id) as session:
        ledger.locked_plan(session, event.organisation_id)
        if event.fault == "platform":
            _release(session, event.training_id, moment)
        else:
            _settle(session, event.training_id, "commit", moment)


def _release(session: Session, training_id: str, moment: datetime) -> None:
    claim = _settle(session, training_id, "release", moment)
    if claim is not None:
        outbox.publish(session, ClaimReleased(**claim.about()))
        hostings.wake_waiting(session, claim.organisation_id, moment)


def _settle(session: Session, training_id: str, action: str, moment: datetime) -> Entry | None:
    """Append `action` to a claim that is still open; returns the claim where it was."""
    claim = ledger.training_entry(session, training_id, "claim")
    settled = ledger.training_entry(session, training_id, "commit") or ledger.training_entry(
        session, training_id, "release"
    )
    if claim is None or settled is not None:
        return None
    session.add(claim.followed_by(action, moment))
    return claim
