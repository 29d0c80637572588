"""Who asks, and which languages there are."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from services.gateway.authentication import Role
from services.gateway.routes.answers import without
from services.gateway.routes.table import API, Answer, Group, Visit
from shared.rpc.catalog import Languages, ListLanguages
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
    """What the languages are wanted for."""

    purpose: Literal["training", "transcription"] = Field(alias="for")


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
            "is_resellee": principal.parent_organisation_id is not None,
        },
        "features": visit.features.of(principal.organisation_id, visit.call),
    }
    return Answer(content)


@account.route("GET", "/languages", answer=Languages)
def languages(visit: Visit, query: LanguagesQuery) -> Answer:
    """List the languages to train on, or to transcribe with."""
    found = visit.call.json(
        ListLanguages(organisation_id=visit.principal.organisation_id, purpose=query.purpose)
    )
    items = [without(item, "model_id", "base_language") for item in found["items"]]
    return Answer({"items": items})
