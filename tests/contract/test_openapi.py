"""The OpenAPI document is valid, and says what the routes really answer."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from services.gateway import openapi
from services.gateway.routes import TABLE
from services.gateway.routes.table import Route
from shared.errors import ERRORS
from shared.rpc.contract import Request

OF_NO_ROUTE = {
    "method-not-allowed",  # of a path, told in the document's description
}
NEVER_PASSED_ON = {
    "invalid-request",  # where the gateway has checked the call's input itself
    "training-not-found",  # where it asks for the training that it has just requested
}

DOCUMENT = openapi.build(TABLE)
ROUTES = [route for route in TABLE if not route.group.public]


def name(route: Route) -> str:
    return f"{route.method} {route.path}"


def codes(route: Route, status: int) -> set[str]:
    """The codes that the document gives for one status of the route."""
    operation = DOCUMENT["paths"][route.path][route.method.lower()]
    content = operation["responses"].get(str(status), {}).get("content", {})
    kind = "application/json" if route.group.like_openai else "application/problem+json"
    schema: dict[str, Any] = content.get(kind, {}).get("schema", {})
    if route.group.like_openai:
        schema = schema.get("properties", {}).get("error", {})
    return set(schema.get("properties", {}).get("code", {}).get("enum", []))


def calls(function: Any) -> Iterator[type[Request[Any]]]:
    """The calls that a function names in its source."""
    function = inspect.unwrap(function)
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        if isinstance(node, ast.Name):
            named = function.__globals__.get(node.id)
            if inspect.isclass(named) and issubclass(named, Request):
                yield named


def test_it_is_valid_openapi_3_1() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_every_code_is_documented() -> None:
    documented = {code for route in TABLE for code in route.codes}
    assert ERRORS.keys() - documented == OF_NO_ROUTE
    assert "method-not-allowed" in DOCUMENT["info"]["description"]


@pytest.mark.parametrize("route", ROUTES, ids=name)
def test_what_every_route_can_answer(route: Route) -> None:
    assert codes(route, 401) == {"unauthenticated"}
    assert "service-unavailable" in codes(route, 503)
    assert codes(route, 500) == {"internal-error"}
    gated = "custom-models" in route.path or route.path.endswith("/remaining-claims")
    assert ("feature-not-available" in codes(route, 403)) == gated
    assert ("forbidden" in codes(route, 403)) == bool(route.roles)
    missing = [each for each in route.path_values if each != "language"] or route.form
    assert bool(codes(route, 404)) == bool(missing)
    if "model_id" in route.path_values:
        assert "custom-model-not-found" in codes(route, 404)
    if route.body or route.query:
        assert "invalid-request" in codes(route, 422)
    if route.form:
        assert "invalid-request" in codes(route, 400)
    sends = bool(route.body or route.form)
    assert bool(codes(route, 413)) == bool(codes(route, 415)) == sends


@pytest.mark.parametrize("route", ROUTES, ids=name)
def test_the_errors_of_a_routes_calls_are_documented(route: Route) -> None:
    for call in calls(route.handler):
        promised = re.search(r"\bErrors?\b[^:]*:(.*?)(\n\n|$)", call.__doc__ or "", re.DOTALL)
        named = set(re.findall(r"`([a-z_-]+)`", promised.group(1))) if promised else set()
        assert named & ERRORS.keys() <= route.codes | NEVER_PASSED_ON, call.__name__


@pytest.mark.parametrize("route", TABLE, ids=name)
def test_the_answer_is_documented(route: Route) -> None:
    operation = DOCUMENT["paths"][route.path][route.method.lower()]
    answer = operation["responses"][str(route.status)]
    assert ("content" in answer) == (route.status not in {204, 307})
    assert (operation["security"] == []) == route.group.public
    assert ("requestBody" in operation) == bool(route.body or route.form)


def test_no_parameter_can_be_null() -> None:
    operations = [each for path in DOCUMENT["paths"].values() for each in path.values()]
    parameters = [each for operation in operations for each in operation["parameters"]]
    assert parameters
    assert "null" not in str([each["schema"] for each in parameters])


@pytest.mark.parametrize("route", TABLE, ids=name)
def test_what_can_be_asked_for_again_says_so(route: Route) -> None:
    operation = DOCUMENT["paths"][route.path][route.method.lower()]
    takes = {each["name"] for each in operation["parameters"]}
    assert ("304" in operation["responses"]) == ("If-None-Match" in takes) == route.revalidates


def test_operation_ids_are_unique() -> None:
    operations = [each for path in DOCUMENT["paths"].values() for each in path.values()]
    assert len({each["operationId"] for each in operations}) == len(operations) == len(TABLE)
