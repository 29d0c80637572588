"""The use cases of the quota service."""

from decimal import Decimal

from sqlalchemy.orm import Session
from uuid6 import uuid7

from services.quota import domain, models
from services.quota.models import Entry, PlanRow
from shared.errors import ArgotError
from shared.events.catalog import CustomModelEnabled
from shared.events.quota import ClaimGranted, ClaimKind, ClaimReleased
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
from shared.runtime import outbox, paging
from shared.runtime.database import Database, now
from shared.runtime.deliveries import Delivery


def get_features(request: GetFeatures, database: Database) -> Features:
    """No plan, no features."""
    with database.reading() as session:
        row = session.get(PlanRow, request.organisation_id)
        return Features(
            features=row.plan().features if row else [],
            parent_org=models.parent_of(session, request.organisation_id, row),
        )


def note_parent(request: NoteParent, database: Database) -> Nothing:
    """Who resells to the organisation, by a token; kept for good."""
    with database.transaction() as session:
        models.note_parent(session, request.organisation_id, request.parent_org)
    return Nothing()


def put_plan(request: PutPlan, database: Database) -> Plan:
    """The plan holds from now on; claims already made keep their period and price."""
    with database.transaction() as session:
        row = models.locked_plan(session, request.organisation_id)
        if row is None:
            row = PlanRow(organisation_id=request.organisation_id)
            session.add(row)
        row.put(request.plan)
        return request.plan


def get_plan(request: GetPlan, database: Database) -> Plan:
    """The plan as it was put."""
    with database.transaction() as session:
        row = session.get(PlanRow, request.organisation_id)
        if row is None:
            raise ArgotError("not-found", "The organisation has no plan")
        return row.plan()


def list_claims(request: ListClaims, database: Database) -> Page[Claim]:
    """The claims of the current period, newest first; without a plan there is no period."""
    with database.transaction() as session:
        row = session.get(PlanRow, request.organisation_id)
        if row is None:
            return Page[Claim](items=[])
        period = domain.period_at(row.anchor, row.timezone, now())
        query = models.claims_of_period(request.organisation_id, period.start)
        claims, cursor = paging.read_page(session, query, Entry.created_at, Entry.id, request)
        outcomes = models.outcomes(session, claims)
        items = [models.claim_of(claim, outcomes.get(claim.id)) for claim in claims]
        return Page[Claim](items=items, next_cursor=cursor)


def take_claim(request: TakeClaim, database: Database) -> Claim:
    """One unit, free or paid; the claim of the same training and kind again where it exists."""
    with database.transaction() as session:
        plan = models.locked_plan(session, request.organisation_id)
        if models.entry(session, request.training_id, request.kind, "release"):
            raise ArgotError("no-claims-available", "The claim was released")
        claim = models.entry(session, request.training_id, request.kind, "claim")
        if claim is None:
            claim = _claim(session, plan, request)
        committed = models.entry(session, request.training_id, request.kind, "commit")
        return models.claim_of(claim, "commit" if committed else None)


def _claim(session: Session, plan: PlanRow | None, request: TakeClaim) -> Entry:
    if plan is None:
        raise ArgotError("no-claims-available", "The organisation has no plan")
    period = domain.period_at(plan.anchor, plan.timezone, now())
    used = models.usage(session, request.organisation_id, request.kind, period.start)
    budget = None if plan.budget is None else Decimal(plan.budget)
    price = domain.price_of_next(plan.allowance(request.kind), used, budget)
    if price is None:
        raise ArgotError("no-claims-available", f"No {request.kind} claims available")
    identifier = str(uuid7())
    claim = Entry(
        id=identifier,
        organisation_id=request.organisation_id,
        claim_id=identifier,
        kind=request.kind,
        action="claim",
        training_id=request.training_id,
        model_id=request.model_id,
        price=str(price),
        period_start=period.start,
        created_at=now(),
    )
    session.add(claim)
    outbox.publish(session, ClaimGranted(price=claim.price, **_about(claim)))
    return claim


def release_claim(request: ReleaseClaim, database: Database) -> Nothing:
    """Give the unit back. Without a claim a mark is left that refuses one which comes late."""
    with database.transaction() as session:
        models.locked_plan(session, request.organisation_id)
        if models.entry(session, request.training_id, request.kind, "claim") is None:
            _refuse_late_claim(session, request)
        else:
            _release(session, request.training_id, request.kind)
        return Nothing()


def _refuse_late_claim(session: Session, request: ReleaseClaim) -> None:
    if models.entry(session, request.training_id, request.kind, "release"):
        return
    identifier = str(uuid7())
    session.add(
        Entry(
            id=identifier,
            organisation_id=request.organisation_id,
            claim_id=identifier,
            kind=request.kind,
            action="release",
            training_id=request.training_id,
            model_id=request.model_id,
            price=str(domain.FREE),
            period_start=now(),
            created_at=now(),
        )
    )


def training_succeeded(message: Delivery[TrainingSucceeded], database: Database) -> None:
    """A training that gave a model used its unit."""
    with database.once(message.id) as session:
        _follow(session, message.event.training_id, "training", "commit")


def training_failed(message: Delivery[TrainingFailed], database: Database) -> None:
    """A fault of the data uses the unit up; a fault of ours gives it back."""
    with database.once(message.id) as session:
        if message.event.fault == "platform":
            _release(session, message.event.training_id, "training")
        else:
            _follow(session, message.event.training_id, "training", "commit")


def custom_model_enabled(message: Delivery[CustomModelEnabled], database: Database) -> None:
    """A model that went live uses its hosting unit."""
    with database.once(message.id) as session:
        _follow(session, message.event.training_id, "hosting", "commit")


def _release(session: Session, training_id: str, kind: ClaimKind) -> None:
    claim = _follow(session, training_id, kind, "release")
    if claim is not None:
        outbox.publish(session, ClaimReleased(**_about(claim)))


def _follow(session: Session, training_id: str, kind: ClaimKind, action: str) -> Entry | None:
    """Append `action` to a claim that is still open; returns the claim where it was."""
    claim = models.entry(session, training_id, kind, "claim")
    settled = models.entry(session, training_id, kind, "commit") or models.entry(
        session, training_id, kind, "release"
    )
    if claim is None or settled is not None:
        return None
    session.add(
        Entry(
            id=str(uuid7()),
            organisation_id=claim.organisation_id,
            claim_id=claim.id,
            kind=kind,
            action=action,
            training_id=training_id,
            model_id=claim.model_id,
            price=claim.price,
            period_start=claim.period_start,
            created_at=now(),
        )
    )
    return claim


def _about(claim: Entry) -> dict[str, str]:
    return {
        "organisation_id": claim.organisation_id,
        "model_id": claim.model_id,
        "training_id": claim.training_id,
        "claim_id": claim.id,
        "kind": claim.kind,
    }
