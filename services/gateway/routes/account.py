"""Who asks, and which languages there are."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter

from services.gateway.authentication import Role
from services.gateway.routes.answers import without
from services.gateway.routes.table import API, Answer, Group, Visit
from shared.errors import ArgotError
from shared.rpc.catalog import Language, ListLanguages
from shared.rpc.contract import Page
from shared.rpc.quota import Feature

account = Group(API, "Account")

_PLACE = TypeAdapter(Annotated[list[str], Field(min_length=3, max_length=3)])


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
    """List the languages to train on, or to transcribe with, base languages first."""
    found = visit.call.json(
        ListLanguages(organisation_id=visit.principal.organisation_id, purpose=query.purpose)
    )
    items = [without(item, "model_id", "base_language") for item in found["items"]]
    return Answer(_page(sorted(items, key=_place), query))


def _place(item: dict[str, Any]) -> list[str]:
    return [item["kind"], item["name"], item["key"]]


def _page(items: list[dict[str, Any]], query: LanguagesQuery) -> dict[str, Any]:
    """The items after the cursor, which is a place in the list: its item may be gone by now."""
    if query.cursor is not None:
        last = _decoded(query.cursor)
        items = [item for item in items if _place(item) > last]
    page = items[: query.limit]
    more = len(page) < len(items)
    return {"items": page, "next_cursor": _encoded(_place(page[-1])) if more else None}


def _encoded(place: list[str]) -> str:
    return urlsafe_b64encode(json.dumps(place).encode()).decode()


def _decoded(cursor: str) -> list[str]:
    """Errors: `invalid-request`."""
    try:
        return _PLACE.validate_json(urlsafe_b64decode(cursor))
    except ValueError as error:
        message = "This is no cursor of the list"
        fault = {"code": "invalid-request", "message": message, "field": "cursor"}
        raise ArgotError("invalid-request", message, [fault]) from error
