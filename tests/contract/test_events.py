"""The published events: stored schemas are true, complete, and never change incompatibly."""

import copy
import json

import jsonschema
import pytest

from shared.events import documents
from shared.events.contract import Event
from shared.events.trainer import TrainingFailed


@pytest.mark.parametrize("event", documents.events(), ids=lambda event: event.__name__)
def test_the_stored_schema_is_what_the_code_publishes(event: type[Event]) -> None:
    stored = documents.FOLDER / "schemas" / documents.file_name(event)

    assert stored.read_text() == documents.render(documents.schema(event)), (
        "run `python -m shared.events.documents`"
    )


@pytest.mark.parametrize("event", documents.events(), ids=lambda event: event.__name__)
def test_every_event_names_its_organisation_and_its_subject(event: type[Event]) -> None:
    required = documents.schema(event)["required"]

    assert {"organisation_id", event.subject_field} <= set(required)


def test_the_stored_asyncapi_document_is_what_the_code_publishes() -> None:
    stored = (documents.FOLDER / "asyncapi.json").read_text()

    assert stored == documents.render(documents.asyncapi())


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = documents.asyncapi()

    for reference in _references(document):
        if reference.startswith("./"):
            assert (documents.FOLDER / reference).exists(), reference
            continue
        place = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_a_message_fits_its_schema() -> None:
    event = TrainingFailed(
        organisation_id="acme",
        model_id="m",
        training_id="t",
        code="no-usable-data",
        message="Nothing was left to train on",
        fault="data",
    )

    jsonschema.validate(json.loads(event.model_dump_json()), documents.schema(TrainingFailed))


def _without_property(schema: documents.Schema) -> None:
    del schema["properties"]["code"]


def _with_other_type(schema: documents.Schema) -> None:
    schema["properties"]["code"] = {"type": "integer"}


def _with_optional(schema: documents.Schema) -> None:
    schema["required"].remove("code")


@pytest.mark.parametrize("change", [_without_property, _with_other_type, _with_optional])
def test_a_change_that_breaks_consumers_is_found(change: object) -> None:
    published = documents.schema(TrainingFailed)
    changed = copy.deepcopy(published)
    change(changed)  # type: ignore[operator]

    assert documents.incompatibilities(published, changed)


def test_a_new_field_breaks_nobody() -> None:
    published = documents.schema(TrainingFailed)
    changed = copy.deepcopy(published)
    changed["properties"]["hint"] = {"type": "string"}

    assert documents.incompatibilities(published, changed) == []


def _references(part: object) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [each for value in part.values() for each in _references(value)]
    if isinstance(part, list):
        return [each for value in part for each in _references(value)]
    return []
