"""The table that routing, checks and the OpenAPI document are all made from.

A handler's signature says what its route takes, by name: `visit` (who asks, and the services),
the values of the path, `details` (the custom model that the path names), `body`, `form`, `query`
and `idempotency_key`. Its docstring is the route's summary.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from inspect import signature
from typing import Any, NamedTuple, get_type_hints

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from services.gateway.authentication import Principal, Role
from services.gateway.features import Features
from services.gateway.settings import Settings
from services.gateway.waits import Patience
from shared.rpc.quota import Feature
from shared.runtime.health import Health
from shared.runtime.service.calls import Caller

API = "/api/v1"

MISSING = {
    "model_id": "custom-model-not-found",
    "dataset_id": "dataset-not-found",
    "upload_id": "upload-not-found",
    "training_id": "training-not-found",
    "transcription_id": "not-found",
    "alignment_id": "not-found",
    "organisation_id": "not-found",
    "model": "not-found",
}
"""The 404 of each value of a path."""


class Answer(NamedTuple):
    """What a handler gives back.

    `content` is a model, a JSON value, text, bytes, an iterator of bytes that is sent as they
    come, or None.
    """

    content: Any = None
    location: str | None = None
    media_type: str = "application/json"


class Signed(BaseModel):
    """What a redirect leads to, for a browser that wants to navigate there by itself."""

    url: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One authenticated request, as a handler sees it."""

    principal: Principal
    call: Caller
    features: Features
    patience: Patience
    settings: Settings
    hung_up: Callable[[], bool]
    """Whether nobody waits for the answer any more."""


class Ground(NamedTuple):
    """What a public route's handler sees; `host` is whom the client took the gateway for."""

    health: Health
    settings: Settings
    host: str


class Body(BaseModel):
    """A request's body: unknown fields and numbers in quotes are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class NoBody(Body):
    """Where there is nothing to say: no body at all, or an empty object."""


def whole(value: object) -> object:
    """JSON has one kind of number: 5.0 is 5."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


AS_WHOLE = BeforeValidator(whole)
"""For whole numbers of a body. It comes last, since the document loses limits that follow it."""


class PageQuery(BaseModel):
    """Which part of a list."""

    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = None


Handler = Callable[..., Answer]


@dataclass(frozen=True)
class Group:
    """Routes under one prefix that share a tag, a feature and roles."""

    prefix: str
    tag: str
    feature: Feature | None = None
    roles: frozenset[Role] = frozenset()
    resellers: frozenset[Role] = frozenset()
    """Roles that may use the routes too, where the path names a resellee of theirs."""
    public: bool = False
    like_openai: bool = False
    """Errors are in the form of OpenAI's API."""

    def route(
        self,
        method: str,
        path: str = "",
        *,
        status: int = 200,
        answer: Any = None,
        media_types: Sequence[str] = ("application/json",),
        roles: frozenset[Role] = frozenset(),
        errors: Sequence[str] = (),
        exists: Callable[..., object] | None = None,
        body_limit: int = 0,
    ) -> Callable[[Handler], Handler]:
        """Enter the decorated handler into the table; see `Route`."""

        def enter(handler: Handler) -> Handler:
            TABLE.append(
                Route(
                    group=self,
                    method=method,
                    path=self.prefix + path,
                    handler=handler,
                    status=status,
                    answer=answer,
                    media_types=media_types,
                    roles=roles or self.roles,
                    errors=errors,
                    exists=exists,
                    body_limit=body_limit,
                )
            )
            return handler

        return enter


@dataclass(frozen=True, eq=False)
class Route:
    """One operation.

    `answer` is the model of its JSON, or a union of models. `roles` are those that may use it,
    all where empty. `errors` are the codes beyond those that follow from the rest. `exists` raises
    the 404 that must come before the 422 of a bad body. `body_limit` is how many bytes of a body
    the route takes where the settings allow fewer.
    """

    group: Group
    method: str
    path: str
    handler: Handler
    status: int
    answer: Any
    media_types: Sequence[str]
    roles: frozenset[Role]
    errors: Sequence[str]
    exists: Callable[..., object] | None
    body_limit: int

    @cached_property
    def takes(self) -> dict[str, Any]:
        """The handler's parameters after the first, with their types."""
        hints = get_type_hints(self.handler)
        return {name: hints[name] for name in list(signature(self.handler).parameters)[1:]}

    @cached_property
    def body(self) -> type[BaseModel] | None:
        """The model of the request's body."""
        return self.takes.get("body")

    @cached_property
    def default_body(self) -> BaseModel | None:
        """The body where none is sent; None where one must be."""
        default = signature(self.handler).parameters["body"].default
        return default if isinstance(default, BaseModel) else None

    @cached_property
    def form(self) -> type[BaseModel] | None:
        """The model of the form with files that the request's body is."""
        return self.takes.get("form")

    @cached_property
    def query(self) -> type[BaseModel] | None:
        """The model of the query."""
        return self.takes.get("query")

    @cached_property
    def revalidates(self) -> bool:
        """Whether a client may ask if the answer that it keeps is still the same."""
        reads = (self.method, self.status) == ("GET", 200) and not self.group.public
        return reads and "application/json" in self.media_types

    @property
    def summary(self) -> str:
        """The first line of the handler's docstring."""
        return (self.handler.__doc__ or "").strip().partition("\n")[0].rstrip(".")

    @property
    def path_values(self) -> list[str]:
        """The names in the path's braces."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def codes(self) -> set[str]:
        """Every error code that the route can answer."""
        codes = {"internal-error", *self.errors}
        if self.group.public:
            return codes
        codes |= {"unauthenticated", "rate-limited", "service-unavailable"}
        codes |= {MISSING[name] for name in self.path_values if name in MISSING}
        if self.group.feature:
            codes.add("feature-not-available")
        if self.roles:
            codes.add("forbidden")
        if self.body or self.form:
            codes |= {"invalid-request", "unsupported-media-type", "payload-too-large"}
        if self.query or "idempotency_key" in self.takes:
            codes.add("invalid-request")
        return codes


TABLE: list[Route] = []
