"""The OpenAPI 3.1 document, made from the route table."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from types import UnionType
from typing import Any, Literal, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from services.gateway.routes.table import Route, Signed
from services.gateway.web.forms import MEDIA_TYPE as MULTIPART
from services.gateway.web.openai_errors import OpenAIError, status_of
from services.gateway.web.response import JSON, PROBLEM
from shared.errors import ERRORS

Json = dict[str, Any]
WAIT: Json = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}}
HEADERS: dict[int, Json] = {
    401: {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}},
    429: {"Retry-After": {"required": True, **WAIT["Retry-After"]}},
    503: WAIT,
}
"""Of refusals with these statuses."""

TAG: Json = {"ETag": {"schema": {"type": "string"}}}

Mode = Literal["validation", "serialization"]

DESCRIPTION = """Train speech-recognition models on your own audio and transcripts, and transcribe
with them. Lists go on with `cursor`. Times are RFC 3339 in UTC, durations are seconds. Every
answer bears `X-Request-Id`. An unknown path answers 404 `not-found`, a method that a path does
not have 405 `method-not-allowed`; `HEAD` goes wherever `GET` goes. Unknown fields of a body are
refused, unknown parameters of a query are not looked at.

An `Idempotency-Key` makes a `POST` that creates safe to repeat for two days: the same request under
the same key is answered as before, another one 422 `invalid-request`. Refusals are not kept.

Under `/v1` programs find what they know of OpenAI's API: models, transcription in one request, and
errors in its form, where what is 422 elsewhere is 400.

An `ETag` can come back as `If-None-Match`: 304 says that the answer is still the same."""


class Fault(BaseModel):
    """One fault of several."""

    code: str
    message: str
    field: str | None = None
    file: str | None = None


class Problem(BaseModel):
    """Why a request was refused (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[Fault] = []
    unmatched_audio: list[str] = []


class Schemas:
    """The schemas of all models that the routes name."""

    def __init__(self, table: Iterable[Route]) -> None:
        wanted: list[tuple[type[BaseModel], Mode]] = [
            (Problem, "serialization"),
            (OpenAIError, "serialization"),
            (Signed, "serialization"),
        ]
        for route in table:
            wanted += [(model, "serialization") for model in models_of(route.answer)]
            given = (route.body, route.form, route.query)
            wanted += [(model, "validation") for model in given if model]
        self._refs, definitions = models_json_schema(
            list(dict.fromkeys(wanted)), ref_template="#/components/schemas/{model}"
        )
        self.components: Json = definitions["$defs"]

    def of(self, model: type[BaseModel], mode: Mode) -> Json:
        """A reference to the model's schema."""
        return self._refs[(model, mode)]

    def properties(self, model: type[BaseModel]) -> tuple[Json, list[str]]:
        """The properties of a query, and which of them are required."""
        name = self.of(model, "validation")["$ref"].rpartition("/")[2]
        schema = self.components[name]
        return schema["properties"], schema.get("required", [])


def build(table: Sequence[Route]) -> Json:
    """The document."""
    schemas = Schemas(table)
    paths: dict[str, Json] = defaultdict(dict)
    for route in table:
        paths[route.path][route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Argot", "version": "1", "description": DESCRIPTION},
        "tags": [{"name": tag} for tag in dict.fromkeys(route.group.tag for route in table)],
        "paths": dict(paths),
        "components": {
            "schemas": schemas.components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
        },
    }


def models_of(answer: Any) -> Sequence[type[BaseModel]]:
    """The models that a route may answer with."""
    if isinstance(answer, UnionType):
        return get_args(answer)
    return [answer] if answer else []


def _operation(route: Route, schemas: Schemas) -> Json:
    operation: Json = {
        "operationId": route.handler.__name__,
        "summary": route.summary,
        "tags": [route.group.tag],
        "security": [] if route.group.public else [{"token": []}],
        "parameters": _parameters(route, schemas),
        "responses": {str(route.status): _success(route, schemas), **_errors(route, schemas)},
    }
    if route.status == HTTPStatus.TEMPORARY_REDIRECT:
        operation["responses"]["200"] = {
            "description": "The same as JSON, where `Accept` has `application/json`",
            "content": {JSON: {"schema": schemas.of(Signed, "serialization")}},
        }
    if route.revalidates:
        operation["responses"]["304"] = {"description": "Not Modified", "headers": TAG}
    if route.roles:
        operation["description"] = f"For the roles {', '.join(sorted(route.roles))}."
    if route.group.resellers:
        named = ", ".join(sorted(route.group.resellers))
        operation["description"] += f" For {named} of a reseller too, where it is its resellee."
    if route.body:
        operation["requestBody"] = {
            "required": route.default_body is None,
            "content": {"application/json": {"schema": schemas.of(route.body, "validation")}},
        }
    if route.form:
        operation["requestBody"] = {
            "required": True,
            "content": {MULTIPART: {"schema": schemas.of(route.form, "validation")}},
        }
    return operation


def _parameters(route: Route, schemas: Schemas) -> list[Json]:
    found: list[Json] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in route.path_values
    ]
    if route.query:
        properties, required = schemas.properties(route.query)
        found += [
            {"name": name, "in": "query", "required": name in required, "schema": _given(schema)}
            for name, schema in properties.items()
        ]
    if "idempotency_key" in route.takes:
        schema = {"type": "string", "maxLength": 255}
        found.append({"name": "Idempotency-Key", "in": "header", "schema": schema})
    if route.revalidates:
        found.append({"name": "If-None-Match", "in": "header", "schema": {"type": "string"}})
    return found


def _given(schema: Json) -> Json:
    """The schema of a parameter that is given: a query has no null, it leaves out."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    told = {name: value for name, value in schema.items() if name not in {"anyOf", "default"}}
    return {**told, **kinds[0]}


def _success(route: Route, schemas: Schemas) -> Json:
    response: Json = {"description": HTTPStatus(route.status).phrase}
    if route.status in {201, 202, 307}:
        response["headers"] = {
            "Location": {"required": route.status == HTTPStatus.TEMPORARY_REDIRECT}
            | {"schema": {"type": "string"}}
        }
    if route.revalidates:
        response["headers"] = TAG
    if route.status not in {204, 307}:
        refs = [schemas.of(model, "serialization") for model in models_of(route.answer)]
        schema = refs[0] if len(refs) == 1 else {"anyOf": refs} if refs else {}
        response["content"] = {
            kind: {"schema": schema if kind == "application/json" else {"type": "string"}}
            for kind in route.media_types
        }
    return response


def _errors(route: Route, schemas: Schemas) -> Json:
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in sorted(route.codes):
        openai = route.group.like_openai
        by_status[status_of(code) if openai else ERRORS[code].status].append(code)
    return {
        str(status): {
            "headers": HEADERS.get(status, {}),
            "description": "; ".join(f"`{code}`: {ERRORS[code].title}" for code in codes),
            "content": _refusal(route, codes, schemas),
        }
        for status, codes in sorted(by_status.items())
    }


def _refusal(route: Route, codes: Sequence[str], schemas: Schemas) -> Json:
    """The document of an error with one of these codes."""
    known: Json = {"properties": {"code": {"enum": codes}}}
    if route.group.like_openai:
        known = {"properties": {"error": known}}
        return {JSON: {"schema": {"allOf": [schemas.of(OpenAIError, "serialization")], **known}}}
    return {PROBLEM: {"schema": {"allOf": [schemas.of(Problem, "serialization")], **known}}}
