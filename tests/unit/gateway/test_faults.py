"""What users read about a body that does not validate."""

import json
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from services.gateway.faults import MAX_FAULTS, field_faults
from services.gateway.routes import TABLE
from services.gateway.routes.admin import NewPlan
from services.gateway.routes.datasets import NewUploads
from services.gateway.routes.idempotency import idempotency
from services.gateway.routes.models import NewModel

TERMS = {"limit": 1, "unit_price": None}
PLAN = {"features": [], "training": TERMS, "hosting": TERMS, "anchor": "2025-01-31"}


def faults(model: type[BaseModel], body: str) -> list[dict[str, str]]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate_json(body)
    return field_faults(caught.value)


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ("{", "", "This is no valid JSON"),
        ("[]", "", "This must be an object"),
        ('{"name": "ab"}', "language", "This field is required"),
        ('{"name": "ab", "language": "fr", "x": 1}', "x", "There is no such field"),
        ('{"name": 1, "language": "fr"}', "name", "This must be a text"),
        ('{"name": "a\\u0000b", "language": "fr"}', "name", "Control characters are not allowed"),
        ('{"name": " a ", "language": "fr"}', "name", "This must have at least 2 characters"),
    ],
)
def test_the_words_for_a_model(body: str, field: str, message: str) -> None:
    (fault,) = faults(NewModel, body)
    assert fault == {"code": "invalid-request", "field": field, "message": message}


def test_a_field_deep_in_a_body() -> None:
    body = '{"type": "auto", "files": [{"name": "a.wav", "size": 1.5}]}'
    (fault,) = faults(NewUploads, body)
    assert (fault["field"], fault["message"]) == ("files.0.size", "This must be a whole number")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": "localtime"}, "timezone"),
        ({"training": TERMS | {"limit": -1}}, "training.limit"),
        ({"training": TERMS | {"unit_price": "NaN"}}, "training.unit_price"),
        ({"training": TERMS | {"limit": "3"}}, "training.limit"),
        ({"budget": "1.1234567"}, "budget"),
        ({"budget": 0.1}, "budget"),
        ({"budget": True}, "budget"),
        ({"budget": "1e3"}, "budget"),
        ({"budget": "1" * 15}, "budget"),
        ({"anchor": 0}, "anchor"),
        ({"anchor": "2025-02-30"}, "anchor"),
        ({"parent_org": ""}, "parent_org"),
        ({"parent_org": "a\0b"}, "parent_org"),
        ({"parent_org": "x" * 201}, "parent_org"),
        ({"features": ["flying"]}, "features.0"),
    ],
    ids=str,
)
def test_what_a_plan_may_not_be(changed: dict[str, Any], field: str) -> None:
    NewPlan.model_validate_json(json.dumps(PLAN))
    (fault,) = faults(NewPlan, json.dumps(PLAN | changed))
    assert fault["field"] == field
    assert "error" not in fault["message"].lower()


@pytest.mark.parametrize("written", ["0", "12.50", "99999999999999.999999"])
def test_amounts_are_exact(written: str) -> None:
    plan = NewPlan.model_validate_json(json.dumps(PLAN | {"budget": written}))
    assert plan.model_dump(mode="json")["budget"] == written


def test_a_whole_number_may_be_written_with_a_point() -> None:
    terms = {"limit": 3.0, "unit_price": 2.0}
    plan = NewPlan.model_validate_json(json.dumps(PLAN | {"training": terms}))
    assert plan.model_dump(mode="json")["training"] == {"limit": 3, "unit_price": "2"}
    files = [{"name": "a.wav", "size": 5.0}]
    body = NewUploads.model_validate_json(json.dumps({"type": "auto", "files": files}))
    assert type(body.files[0].size) is int


def test_a_thousand_faults_are_not_all_told() -> None:
    fields = ", ".join(f'"x{number}": 1' for number in range(1000))
    assert len(faults(NewModel, "{" + fields + "}")) == MAX_FAULTS


def test_a_key_is_bound_to_the_meaning_of_its_body() -> None:
    spaced = NewModel.model_validate_json('{ "name": " Été ", "language": "fr" }')
    plain = NewModel.model_validate_json('{"language":"fr","name":"Été"}')
    other = NewModel.model_validate_json('{"language":"fr","name":"Hiver"}')
    assert idempotency("k", spaced) == idempotency("k", plain) != idempotency("k", other)
    assert idempotency("k", plain, "m1") != idempotency("k", plain, "m2")
    assert idempotency(None, plain) is None


def test_every_post_that_creates_takes_an_idempotency_key() -> None:
    for route in TABLE:
        creates = route.method == "POST" and route.status in {201, 202}
        assert ("idempotency_key" in route.takes) == creates, route.path
