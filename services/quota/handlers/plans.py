"""What an organisation may use."""

from datetime import datetime

from services.quota.models import hostings, resellees
from services.quota.models.tables import PlanRow
from shared.errors import ArgotError
from shared.rpc.contract import Nothing
from shared.rpc.quota import Features, GetFeatures, GetPlan, NoteParent, Plan, PutPlan
from shared.runtime.database import Database, locked


def get_features(request: GetFeatures, database: Database) -> Features:
    """No plan, no features."""
    with database.reading() as session:
        row = session.get(PlanRow, request.organisation_id)
        return Features(
            features=row.features if row else [],
            parent_org=resellees.parent_of(session, request.organisation_id, row),
        )


def note_parent(request: NoteParent, database: Database) -> Nothing:
    """Who resells to the organisation, by a token; kept for good."""
    with database.transaction() as session:
        resellees.note_parent(session, request.organisation_id, request.parent_org)
    return Nothing()


def put_plan(request: PutPlan, database: Database, moment: datetime) -> Plan:
    """The plan holds from now on; claims already made keep their period and price."""
    with database.transaction() as session:
        row = PlanRow(organisation_id=request.organisation_id)
        row.put(request.plan)  # a first plan is complete before it is added
        locked(session, row).put(request.plan)
        hostings.wake_waiting(session, request.organisation_id, moment)
        return request.plan


def get_plan(request: GetPlan, database: Database) -> Plan:
    """The plan as it was put."""
    with database.reading() as session:
        row = session.get(PlanRow, request.organisation_id)
        if row is None:
            raise ArgotError("not-found", "The organisation has no plan")
        return row.plan()
