"""Quota's handlers on a real database, at moments that a test chooses."""

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from uuid6 import uuid7

from services.quota.handlers import claims, hosting, plans
from services.quota.models.tables import Entry, Hosting
from shared.events.catalog import CustomModelDeleted
from shared.events.contract import REGISTRY, Event
from shared.events.data import DataUse, Evaluation, StoredFile
from shared.events.quota import ClaimGranted, HostingLapsed
from shared.events.trainer import TrainingFailed, TrainingSucceeded
from shared.rpc.quota import (
    Allowance,
    Claim,
    GetRemainingClaims,
    Plan,
    PutPlan,
    ReleaseClaim,
    RemainingClaims,
    TakeClaim,
)
from shared.runtime import migrations
from shared.runtime.database import Database
from shared.runtime.deliveries import Delivery
from shared.runtime.tables import outbox

START = datetime(2026, 1, 31, 12, tzinfo=UTC)


def succeeded(organisation: str, model_id: str, training_id: str) -> TrainingSucceeded:
    return TrainingSucceeded(
        organisation_id=organisation,
        model_id=model_id,
        training_id=training_id,
        artifact=StoredFile(storage_key="k", size=1, sha256="0" * 64),
        evaluation=Evaluation(
            baseline_wer=0.2, wer=0.1, ci95=(0.05, 0.15), test_seconds=9, samples=[]
        ),
        data=DataUse(segments=1, seconds_used=1, dropped=[]),
    )


@dataclass
class Desk:
    """One organisation's business with quota; every event comes as a message of its own.

    A training bears the name of its model.
    """

    database: Database
    organisation: str

    def put(self, moment: datetime = START, **terms: Any) -> None:
        plan = Plan.model_validate(
            {
                "features": ["automatic_training"],
                "training": Allowance(limit=None),
                "hosting": Allowance(limit=None),
                "anchor": date(2026, 1, 31),
                **terms,
            }
        )
        plans.put_plan(PutPlan(organisation_id=self.organisation, plan=plan), self.database, moment)

    def take(self, model: str, moment: datetime) -> Claim:
        return claims.take_claim(TakeClaim(**self._about(model)), self.database, moment)

    def remaining(self, moment: datetime) -> RemainingClaims:
        request = GetRemainingClaims(organisation_id=self.organisation)
        return claims.get_remaining_claims(request, self.database, moment)

    def release(self, model: str, moment: datetime) -> None:
        claims.release_claim(ReleaseClaim(**self._about(model)), self.database, moment)

    def succeed(self, model: str, moment: datetime) -> None:
        about = self._about(model)
        event = succeeded(self.organisation, about["model_id"], about["training_id"])
        claims.training_succeeded(delivery(event), self.database, moment)

    def fail(self, model: str, fault: str, moment: datetime) -> None:
        event = {**self._about(model), "code": "c", "message": "m", "fault": fault}
        message = delivery(TrainingFailed.model_validate(event))
        claims.training_failed(message, self.database, moment)

    def delete(self, model: str, moment: datetime) -> None:
        about = self._about(model)
        event = CustomModelDeleted(organisation_id=self.organisation, model_id=about["model_id"])
        hosting.custom_model_deleted(delivery(event), self.database, moment)

    def renew(self, moment: datetime) -> None:
        hosting.renew_all(self.database, moment)

    def ledger(self) -> list[Entry]:
        """All lines, oldest first."""
        query = select(Entry).where(Entry.organisation_id == self.organisation)
        with self.database.reading() as session:
            return list(session.scalars(query.order_by(Entry.created_at, Entry.id)))

    def entries(self, kind: str, action: str = "claim") -> list[Entry]:
        """The lines of one kind and action."""
        return [each for each in self.ledger() if (each.kind, each.action) == (kind, action)]

    def told(self, *kinds: type[Event]) -> list[Any]:
        """The events of the organisation, in the order of their commits."""
        with self.database.reading() as session:
            rows = session.execute(select(outbox).order_by(outbox.c.position)).all()
        events = [REGISTRY[row.event].model_validate(json.loads(row.body)) for row in rows]
        return [
            event
            for event in events
            if event.organisation_id == self.organisation and isinstance(event, kinds)
        ]

    def hosted(self) -> list[str]:
        """The models of the hosting claims, in the order of the claims."""
        return [self.name(entry) for entry in self.entries("hosting")]

    def waiting(self) -> list[str]:
        """The models that would be hosted if there were units."""
        query = select(Hosting).where(
            Hosting.organisation_id == self.organisation, Hosting.state == "waiting"
        )
        with self.database.reading() as session:
            return [self.name(each) for each in session.scalars(query)]

    def granted(self) -> list[tuple[str, int]]:
        """Models with their turns, as hosting was granted."""
        told = [event for event in self.told(ClaimGranted) if event.kind == "hosting"]
        return [(self.name(event), event.hosting_turn) for event in told]

    def lapsed(self) -> list[tuple[str, int]]:
        """Models with their turns, as hosting was refused."""
        return [(self.name(event), event.hosting_turn) for event in self.told(HostingLapsed)]

    def name(self, told: Any) -> str:
        return str(told.model_id).removeprefix(f"{self.organisation}-")

    def _about(self, model: str) -> dict[str, str]:
        name = f"{self.organisation}-{model}"
        return {"organisation_id": self.organisation, "model_id": name, "training_id": name}


def delivery(event: Any) -> Delivery[Any]:
    return Delivery(str(uuid7()), event)


@pytest.fixture(scope="module")
def ledger(database_url: str) -> Iterator[Database]:
    """The tables of quota, migrated, on each kind of database."""
    database = Database(database_url)
    migrations.upgrade("quota", database.engine)
    yield database
    database.close()


@pytest.fixture(scope="module")
def desks(ledger: Database) -> Callable[[], Desk]:
    """New organisations."""
    return lambda: Desk(ledger, secrets.token_hex(6))


@pytest.fixture
def desk(desks: Callable[[], Desk]) -> Desk:
    return desks()
