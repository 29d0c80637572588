"""The table has the contract's routes, and each handler can be called as the table says."""

import inspect

import pytest

from services.gateway.routes import TABLE
from services.gateway.routes.table import MISSING, Route, Visit
from services.gateway.web.openai_errors import is_for_openai

MODELS = "/api/v1/custom-models"
REMAINING = "/api/v1/remaining-claims"
ADMIN = "/api/v1/admin/organisations/{organisation_id}"

CONTRACT = {
    ("GET", "/api/v1/me", 200),
    ("GET", "/api/v1/languages", 200),
    ("GET", MODELS, 200),
    ("POST", MODELS, 201),
    ("GET", MODELS + "/{model_id}", 200),
    ("PATCH", MODELS + "/{model_id}", 200),
    ("DELETE", MODELS + "/{model_id}", 204),
    ("POST", MODELS + "/{model_id}/uploads", 201),
    ("POST", "/api/v1/uploads/{upload_id}/parts", 200),
    ("GET", "/api/v1/uploads/{upload_id}", 200),
    ("POST", "/api/v1/uploads/{upload_id}/complete", 200),
    ("DELETE", "/api/v1/uploads/{upload_id}", 204),
    ("GET", MODELS + "/{model_id}/datasets", 200),
    ("GET", MODELS + "/{model_id}/datasets/{dataset_id}/download", 307),
    ("DELETE", MODELS + "/{model_id}/datasets/{dataset_id}", 204),
    ("POST", MODELS + "/{model_id}/validation", 200),
    ("POST", MODELS + "/{model_id}/train", 202),
    ("GET", MODELS + "/{model_id}/trainings", 200),
    ("GET", MODELS + "/{model_id}/trainings/{training_id}", 200),
    ("GET", MODELS + "/{model_id}/artifact", 307),
    ("GET", "/api/v1/transcriptions", 200),
    ("POST", "/api/v1/transcriptions", 201),
    ("GET", "/api/v1/transcriptions/{transcription_id}", 200),
    ("DELETE", "/api/v1/transcriptions/{transcription_id}", 204),
    ("GET", "/api/v1/transcriptions/{transcription_id}/result", 200),
    ("GET", "/api/v1/transcriptions/{transcription_id}/audio", 307),
    ("GET", "/api/v1/alignments", 200),
    ("POST", "/api/v1/alignments", 201),
    ("GET", "/api/v1/alignments/{alignment_id}", 200),
    ("DELETE", "/api/v1/alignments/{alignment_id}", 204),
    ("GET", "/api/v1/alignments/{alignment_id}/result", 200),
    ("GET", "/api/v1/alignments/{alignment_id}/audio", 307),
    ("GET", "/api/v1/glossary", 200),
    ("PUT", "/api/v1/glossary", 200),
    ("GET", REMAINING, 200),
    ("GET", ADMIN + "/plan", 200),
    ("PUT", ADMIN + "/plan", 200),
    ("PUT", ADMIN + "/publications/{language}", 204),
    ("DELETE", ADMIN + "/publications/{language}", 204),
    ("GET", ADMIN + "/claims", 200),
    ("GET", "/v1/models", 200),
    ("GET", "/v1/models/{model}", 200),
    ("POST", "/v1/audio/transcriptions", 200),
    ("POST", "/v1/audio/translations", 200),
    ("GET", "/healthz", 200),
    ("GET", "/readyz", 200),
    ("GET", "/metrics", 200),
    ("GET", "/openapi.json", 200),
    ("GET", "/docs", 200),
    ("GET", "/panel/settings.json", 200),
}


def name(route: Route) -> str:
    return f"{route.method} {route.path}"


def test_the_routes_are_the_contracts() -> None:
    assert {(route.method, route.path, route.status) for route in TABLE} == CONTRACT
    assert len(TABLE) == len(CONTRACT)


@pytest.mark.parametrize("route", TABLE, ids=name)
def test_a_handler_takes_what_its_path_has(route: Route) -> None:
    first = next(iter(inspect.signature(route.handler).parameters.values()))
    values = {"details" if each == "model_id" else each for each in route.path_values}
    if not route.group.public:
        assert first.annotation is Visit
        assert set(route.takes) - {"body", "form", "query", "idempotency_key"} == values
    assert set(route.path_values) <= {*MISSING, "language"}
    assert route.summary


@pytest.mark.parametrize("route", TABLE, ids=name)
def test_every_route_of_custom_models_needs_the_feature(route: Route) -> None:
    gated = route.path.startswith((MODELS, REMAINING))
    assert (route.group.feature == "automatic_training") == gated


def test_only_operations_are_public() -> None:
    ours = ("/api/v1/", "/v1/")
    assert all(not route.path.startswith(ours) for route in TABLE if route.group.public)
    assert all(route.path.startswith(ours) for route in TABLE if not route.group.public)


def test_errors_are_openais_below_v1() -> None:
    for route in TABLE:
        assert route.group.like_openai == is_for_openai(route.path) == (route.path[:4] == "/v1/")


def test_roles() -> None:
    for route in TABLE:
        if "/admin/" in route.path:
            assert route.roles == {"sysop"}
        elif (route.method, route.path) == ("DELETE", MODELS + "/{model_id}"):
            assert route.roles == {"admin", "sysop"}
        else:
            assert not route.roles
