"""What administrators grant to organisations."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema

from services.gateway.authentication import Role
from services.gateway.routes.answers import without
from services.gateway.routes.models import NO_CONTROL_CHARACTERS
from services.gateway.routes.table import (
    API,
    AS_WHOLE,
    Answer,
    Group,
    NoBody,
    PageQuery,
    Visit,
    whole,
)
from shared.errors import ArgotError
from shared.rpc.catalog import PublishLanguage, WithdrawLanguage
from shared.rpc.contract import Page
from shared.rpc.quota import Allowance, Claim, GetPlan, ListClaims, Money, Plan, PutPlan

ADMINISTRATORS: frozenset[Role] = frozenset({"sysop"})
RESELLERS: frozenset[Role] = frozenset({"admin"})

admin = Group(
    f"{API}/admin/organisations/{{organisation_id}}",
    "Administration",
    roles=ADMINISTRATORS,
    resellers=RESELLERS,
)


AMOUNT = r"^[0-9]{1,14}(\.[0-9]{1,6})?$"
MAX_WHOLE_AMOUNT = 10**14 - 1


def _exact(value: object) -> Decimal:
    """A number with decimals is none that JSON carries exactly, so it must come as text."""
    number = whole(value)
    written = str(number) if type(number) is int else number
    if not isinstance(written, str) or not re.fullmatch(AMOUNT, written):
        raise ValueError("An amount is a text of up to 14 digits and 6 decimals, such as 12.50")
    return Decimal(written)


Amount = Annotated[
    Money,
    BeforeValidator(_exact),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": AMOUNT},
                {"type": "integer", "minimum": 0, "maximum": MAX_WHOLE_AMOUNT},
            ]
        },
        mode="validation",
    ),
]


class NewAllowance(Allowance):
    """An allowance as a client sends it: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)

    limit: Annotated[int, Field(ge=0), AS_WHOLE] | None = None
    unit_price: Amount | None = None


class NewPlan(Plan):
    """A plan as a client sends it: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)

    training: NewAllowance
    hosting: NewAllowance
    budget: Amount | None = None
    anchor: Annotated[date, Field(strict=True)]
    parent_org: str | None = Field(
        default=None, min_length=1, max_length=200, pattern=NO_CONTROL_CHARACTERS
    )


@admin.route("GET", "/plan", answer=Plan)
def show_plan(visit: Visit, organisation_id: str) -> Answer:
    """Show an organisation's plan."""
    plan = visit.call.json(GetPlan(organisation_id=organisation_id))
    return Answer(without(plan, "parent_org"))


@admin.route("PUT", "/plan", answer=Plan)
def put_plan(visit: Visit, organisation_id: str, body: NewPlan) -> Answer:
    """Set an organisation's plan."""
    body = body.model_copy(update={"parent_org": _parent(visit, organisation_id, body)})
    try:
        plan = visit.call.json(PutPlan(organisation_id=organisation_id, plan=body))
    finally:  # an answer that did not come in time leaves open whether the plan is set
        visit.features.forget(organisation_id)
    return Answer(without(plan, "parent_org"))


@admin.route(
    "PUT",
    "/publications/{language}",
    status=204,
    errors=["invalid-language", "language-not-published"],
)
def publish(
    visit: Visit,
    organisation_id: str,
    language: str,
    body: NoBody = NoBody(),  # noqa: ARG001, B008 (it is checked; frozen)
) -> Answer:
    """Grant a base language to an organisation."""
    visit.call.json(
        PublishLanguage(
            organisation_id=organisation_id,
            language=language,
            granted_by=None if _is_sysop(visit) else visit.principal.organisation_id,
        )
    )
    return Answer()


@admin.route("DELETE", "/publications/{language}", status=204, errors=["invalid-language"])
def withdraw(visit: Visit, organisation_id: str, language: str) -> Answer:
    """Withdraw a base language from an organisation."""
    visit.call.json(WithdrawLanguage(organisation_id=organisation_id, language=language))
    return Answer()


@admin.route("GET", "/claims", answer=Page[Claim], errors=["invalid-request"])
def list_claims(visit: Visit, organisation_id: str, query: PageQuery) -> Answer:
    """List the claims of the current period, newest first."""
    return Answer(
        visit.call.json(
            ListClaims(organisation_id=organisation_id, limit=query.limit, cursor=query.cursor)
        )
    )


def _is_sysop(visit: Visit) -> bool:
    """Else a reseller's admin, who got as far as this."""
    return bool(ADMINISTRATORS & visit.principal.roles)


def _parent(visit: Visit, organisation_id: str, plan: NewPlan) -> str | None:
    """Who resells to the organisation by its new plan. Errors: `invalid-request`."""
    if _is_sysop(visit):
        allowed, kept = plan.parent_org != organisation_id, plan.parent_org
    else:  # a reseller can neither give its resellee away nor lose it by leaving the field out
        kept = visit.principal.organisation_id
        allowed = plan.parent_org in {None, kept}
    if not allowed:
        message = "The organisation cannot be a resellee of this one"
        fault = {"code": "invalid-request", "message": message, "field": "parent_org"}
        raise ArgotError("invalid-request", message, [fault])
    return kept
