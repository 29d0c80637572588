"""The gateway's one entrypoint: the checks in the contract's order, then the route's handler."""

from typing import Any

from nameko.extensions import DependencyProvider
from pydantic import BaseModel, ValidationError

from services.gateway import authentication
from services.gateway.features import KnownFeatures
from services.gateway.routes import TABLE
from services.gateway.routes.table import MISSING, Answer, Route, Visit
from services.gateway.web.entrypoint import serves
from services.gateway.web.request import HttpRequest
from shared.errors import ArgotError
from shared.rpc.catalog import GetModel
from shared.runtime.service.calls import Calls, field_errors
from shared.runtime.service.dependencies import RequestContext, Settings

MAX_IDEMPOTENCY_KEY = 255


class Authentication(DependencyProvider):  # type: ignore[misc]
    """Injects the `Authenticator` of this process."""

    def setup(self) -> None:
        """By the settings' secret or key server."""
        self._authenticator = authentication.authenticator(self.container.config["settings"])

    def get_dependency(self, _worker_ctx: Any) -> authentication.Authenticator:
        """It keeps the keys, so there is one."""
        return self._authenticator


class Gateway:
    """HTTP in, calls out; no rule of the product."""

    name = "gateway"

    request = RequestContext()
    settings = Settings()
    call = Calls()
    features = KnownFeatures()
    authenticator = Authentication()

    @serves(TABLE)
    def answer(self, route: Route, path: dict[str, str], request: HttpRequest) -> Answer:
        """Authenticate, check feature, role, existence and input, then run the handler."""
        principal = self.authenticator.authenticate(request.header("Authorization"))
        visit = Visit(principal, self.call, self.features)
        self._check_feature(route, principal)
        _check_role(route, path, principal)
        _check_path(path)
        values: dict[str, Any] = dict(path)
        if "model_id" in path:
            values["details"] = self.call(
                GetModel(organisation_id=principal.organisation_id, model_id=values.pop("model_id"))
            )
        try:
            values |= self._input(route, request)
        except ArgotError:
            if route.exists:
                route.exists(visit, **values)
            raise
        return route.handler(visit, **values)

    def _check_feature(self, route: Route, principal: authentication.Principal) -> None:
        needed = route.group.feature
        if needed and needed not in self.features.of(principal.organisation_id, self.call):
            raise ArgotError("feature-not-available")

    def _input(self, route: Route, request: HttpRequest) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if "idempotency_key" in route.takes:
            found["idempotency_key"] = _idempotency_key(request)
        try:
            if route.query:
                found["query"] = route.query.model_validate(request.query())
            if route.body:
                raw = request.json_body(self.settings.body_limit)
                found["body"] = _body(route.body, route.default_body, raw)
        except ValidationError as error:
            errors = field_errors(error)
            detail = ": ".join(filter(None, (errors[0]["field"], errors[0]["message"])))
            raise ArgotError("invalid-request", detail, errors) from error
        return found


def _check_role(route: Route, path: dict[str, str], principal: authentication.Principal) -> None:
    """Another organisation's things do not exist for those who may not see them."""
    if route.roles and not route.roles & principal.roles:
        own = path.get("organisation_id", principal.organisation_id) == principal.organisation_id
        raise ArgotError("forbidden" if own else "not-found")


def _check_path(path: dict[str, str]) -> None:
    """Nothing has a control character in its id; some databases cannot even be asked."""
    for name, value in path.items():
        if not value.isprintable():
            raise ArgotError(MISSING.get(name, "not-found"))


def _body(model: type[BaseModel], default: BaseModel | None, raw: bytes) -> BaseModel:
    if not raw and default is not None:
        return default
    return model.model_validate_json(raw)


def _idempotency_key(request: HttpRequest) -> str | None:
    key = request.header("Idempotency-Key")
    if len(key) > MAX_IDEMPOTENCY_KEY or not key.isprintable():
        raise ArgotError("invalid-request", "Idempotency-Key is too long, or not printable")
    return key or None


SERVICE = Gateway
