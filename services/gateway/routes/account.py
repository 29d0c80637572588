"""Who asks, and which languages there are."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from services.gateway.authentication import Role
from services.gateway.routes.answers import without
from services.gateway.routes.table import API, Answer, Group, Visit
from shared.errors import ArgotError
from shared.rpc.catalog import Language, ListLanguages
from shared.rpc.contract import Page
from shared.rpc.quota import Feature

account = Group(API, "Account")


class User(BaseModel):
    """The user of the token."""

    id: str
    name: str
    roles: list[Role]


class Organisation(BaseModel):
    """The organisation that the token acts for."""

    id: str
    name: str
    is_resellee: bool


class Me(BaseModel):
    """The user, the organisation, and what its plan allows."""

    user: User
    organisation: Organisation
    features: list[Feature]


class LanguagesQuery(BaseModel):
    """What the languages are wanted for. A dialog needs them all, so all is what no limit gives."""

    purpose: Literal["training", "transcription"] = Field(alias="for")
    limit: int | None = Field(default=None, ge=1, le=200, description="All where absent")
    cursor: str | None = None


@account.route("GET", "/me", answer=Me)
def me(visit: Visit) -> Answer:
    """Show who the token speaks for."""
    principal = visit.principal
    content: dict[str, Any] = {
        "user": {
            "id": principal.user_id,
            "name": principal.name,
            "roles": sorted(principal.roles),
        },
        "organisation": {
            "id": principal.organisation_id,
            "name": principal.organisation_name,
            "is_resellee": visit.features.reseller_of(principal.organisation_id, visit.call)
            is not None,
        },
        "features": visit.features.of(principal.organisation_id, visit.call),
    }
    return Answer(content)


@account.route("GET", "/languages", answer=Page[Language])
def languages(visit: Visit, query: LanguagesQuery) -> Answer:
    """List the languages to train on, or to transcribe with, in order of name."""
    found = visit.call.json(
        ListLanguages(organisation_id=visit.principal.organisation_id, purpose=query.purpose)
    )
    items = [without(item, "model_id", "base_language") for item in found["items"]]
    return Answer(_page(items, query))


def _page(items: list[dict[str, Any]], query: LanguagesQuery) -> dict[str, Any]:
    """The items after the one whose key is the cursor. Errors: `invalid-request`."""
    start = 0
    if query.cursor is not None:
        keys = [item["key"] for item in items]
        if query.cursor not in keys:
            message = "This is no cursor of the list"
            fault = {"code": "invalid-request", "message": message, "field": "cursor"}
            raise ArgotError("invalid-request", message, [fault])
        start = keys.index(query.cursor) + 1
    page = items[start:][: query.limit]
    ends = start + len(page) == len(items)
    return {"items": page, "next_cursor": None if ends else page[-1]["key"]}
