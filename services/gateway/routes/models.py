"""Custom models."""

from typing import Annotated

from pydantic import StringConstraints

from services.gateway.authentication import Role
from services.gateway.routes.idempotency import idempotency
from services.gateway.routes.table import API, Answer, Body, Group, PageQuery, Visit
from shared.rpc.catalog import (
    CreateModel,
    CustomModel,
    DeleteModel,
    ListModels,
    ModelDetails,
    ModelName,
    RenameModel,
)
from shared.rpc.contract import Page

PATH = f"{API}/custom-models"
DELETERS: frozenset[Role] = frozenset({"admin", "sysop"})

models = Group(PATH, "Custom models", feature="automatic_training")

NO_CONTROL_CHARACTERS = r"^[^\x00-\x1F\x7F]*$"
Text = Annotated[str, StringConstraints(max_length=200, pattern=NO_CONTROL_CHARACTERS)]


class NewModel(Body):
    """A model to create; `language` is the key of a base language."""

    name: ModelName
    language: Text


class NewName(Body):
    """What a model shall be called."""

    name: ModelName


@models.route("GET", answer=Page[CustomModel], errors=["invalid-request"])
def list_models(visit: Visit, query: PageQuery) -> Answer:
    """List the custom models, newest change first."""
    organisation_id = visit.principal.organisation_id
    return Answer(
        visit.call.json(
            ListModels(organisation_id=organisation_id, limit=query.limit, cursor=query.cursor)
        )
    )


@models.route(
    "POST",
    status=201,
    answer=CustomModel,
    errors=["invalid-language", "language-not-published", "language-exists"],
)
def create_model(visit: Visit, body: NewModel, idempotency_key: str | None) -> Answer:
    """Create a custom model."""
    model = visit.call.json(
        CreateModel(
            organisation_id=visit.principal.organisation_id,
            name=body.name,
            language=body.language,
            idempotency=idempotency(idempotency_key, body),
        )
    )
    return Answer(model, location=f"{PATH}/{model['id']}")


@models.route("GET", "/{model_id}", answer=CustomModel)
def show_model(_visit: Visit, details: ModelDetails) -> Answer:
    """Show a custom model."""
    return Answer(details.model)


@models.route("PATCH", "/{model_id}", answer=CustomModel)
def rename_model(visit: Visit, details: ModelDetails, body: NewName) -> Answer:
    """Rename a custom model."""
    return Answer(
        visit.call.json(
            RenameModel(
                organisation_id=visit.principal.organisation_id,
                model_id=details.model.id,
                name=body.name,
            )
        )
    )


@models.route("DELETE", "/{model_id}", status=204, roles=DELETERS)
def delete_model(visit: Visit, details: ModelDetails) -> Answer:
    """Delete a custom model and its datasets."""
    organisation_id = visit.principal.organisation_id
    visit.call.json(DeleteModel(organisation_id=organisation_id, model_id=details.model.id))
    return Answer()
