"""The hosting of trained models: a unit for each period, from success until the model is deleted.

Whoever changes what an organisation may use wakes the models that wait (`hostings.wake_waiting`);
only `renew` takes units, always under the organisation's plan, so that there is one order.
"""

from datetime import datetime, timedelta
from decimal import Decimal

import structlog
from sqlalchemy.orm import Session

from services.quota import domain
from services.quota.domain import Period
from services.quota.models import hostings, ledger
from services.quota.models.tables import Entry, Hosting
from shared.events.catalog import CustomModelDeleted
from shared.events.quota import ClaimGranted, ClaimReleased, HostingLapsed
from shared.events.trainer import TrainingSucceeded
from shared.runtime import outbox
from shared.runtime.database import Database
from shared.runtime.deliveries import Delivery

_log = structlog.get_logger(__name__)

BATCH = 200
"""Models whose hosting one transaction renews, so that others are not kept waiting."""

_NO_PLAN = timedelta(hours=1)  # a first plan that is put at this moment may not see who waits


def begin(session: Session, event: TrainingSucceeded, moment: datetime) -> None:
    """Ask for the first unit at once; nothing where the model is deleted already."""
    if session.get(Hosting, event.model_id) is not None:
        return
    session.add(
        Hosting(
            model_id=event.model_id,
            organisation_id=event.organisation_id,
            training_id=event.training_id,
            state="waiting",
            began_at=moment,
            due_at=moment,
        )
    )
    session.flush()
    renew(session, event.organisation_id, moment)


def custom_model_deleted(
    message: Delivery[CustomModelDeleted], database: Database, moment: datetime
) -> None:
    """Nothing renews any more. A free unit goes back at once; one that was paid for is used up."""
    event = message.event
    with database.once(message.id) as session:
        ledger.locked_plan(session, event.organisation_id)
        hosting = session.get(Hosting, event.model_id)
        if hosting is None:  # a success that comes later finds it ended
            hosting = Hosting(
                model_id=event.model_id,
                organisation_id=event.organisation_id,
                state="ended",
                began_at=moment,
            )
            session.add(hosting)
        elif hosting.state == "live":
            _give_back(session, hosting, moment)
        hosting.state, hosting.due_at = "ended", None


def _give_back(session: Session, hosting: Hosting, moment: datetime) -> None:
    claim = ledger.latest_hosting_claim(session, hosting.training_id)
    if claim is None or Decimal(claim.price) != domain.FREE:
        return
    session.add(claim.followed_by("release", moment))
    outbox.publish(session, ClaimReleased(**claim.about()))
    hostings.wake_waiting(session, hosting.organisation_id, moment)


def renew_all(database: Database, moment: datetime) -> None:
    """Renew what is due in all organisations, each batch in a transaction of its own."""
    with database.reading() as session:
        organisations = hostings.organisations_due(session, moment)
    for organisation_id in organisations:
        try:
            _renew_organisation(database, organisation_id, moment)
        except Exception:  # noqa: BLE001 (one that always fails must not hold up the others)
            _log.exception("renewal_failed", organisation_id=organisation_id)


def _renew_organisation(database: Database, organisation_id: str, moment: datetime) -> None:
    renewed = BATCH
    while renewed == BATCH:
        with database.transaction() as session:
            renewed = renew(session, organisation_id, moment)


def renew(session: Session, organisation_id: str, moment: datetime) -> int:
    """Take a unit of the current period for what is due, live models first; returns how many.

    Among live models, and among those that wait, the one whose training succeeded first comes
    first. Periods that were missed altogether are not asked for later.
    """
    plan = ledger.locked_plan(session, organisation_id)
    due = hostings.due(session, organisation_id, moment, BATCH)
    if not due:
        return 0
    if plan is None:
        for hosting in due:
            _refuse(session, hosting, "The organisation has no plan", due_at=moment + _NO_PLAN)
        return len(due)
    standing = ledger.standing(session, plan, "hosting", moment)
    period = standing.period
    # A plan with other borders may make due what has its claim of the period already.
    claims = ledger.hosting_claims(session, [hosting.training_id for hosting in due], period)
    for hosting in due:
        claim = claims.get(hosting.training_id)
        price = standing.price
        if claim is None and price is not None:
            claim = _claim(session, hosting, period, price, moment)
            standing = standing.plus(price)
        if claim is None:
            _refuse(session, hosting, "No hosting claims available", due_at=period.end)
        else:
            _grant(session, hosting, claim, due_at=period.end)
    return len(due)


def _claim(
    session: Session, hosting: Hosting, period: Period, price: Decimal, moment: datetime
) -> Entry:
    """A unit is used as soon as it is taken: the model is live from then on."""
    claim = ledger.claim(
        organisation_id=hosting.organisation_id,
        kind="hosting",
        training_id=hosting.training_id,
        model_id=hosting.model_id,
        price=price,
        period_start=period.start,
        created_at=moment,
    )
    session.add_all([claim, claim.followed_by("commit", moment)])
    return claim


def _grant(session: Session, hosting: Hosting, claim: Entry, due_at: datetime) -> None:
    hosting.state, hosting.due_at, hosting.turn = "live", due_at, hosting.turn + 1
    outbox.publish(
        session, ClaimGranted(price=claim.price, hosting_turn=hosting.turn, **claim.about())
    )


def _refuse(session: Session, hosting: Hosting, message: str, due_at: datetime) -> None:
    """Let the model wait; told where it was live, and where it asked for the first time."""
    known = hosting.state == "waiting" and hosting.turn > 0
    hosting.state, hosting.due_at = "waiting", due_at
    if known:
        return
    hosting.turn += 1
    outbox.publish(
        session,
        HostingLapsed(
            organisation_id=hosting.organisation_id,
            model_id=hosting.model_id,
            training_id=hosting.training_id,
            hosting_turn=hosting.turn,
            code="no-claims-available",
            message=message,
        ),
    )
