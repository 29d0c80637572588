"""The gateway's one entrypoint: the checks in the contract's order, then the route's handler."""

from typing import Any

from pydantic import BaseModel, ValidationError

from services.gateway import authentication
from services.gateway.faults import field_faults
from services.gateway.features import KnownFeatures
from services.gateway.limits import RateLimits
from services.gateway.routes import TABLE
from services.gateway.routes.table import MISSING, Answer, Route, Visit
from services.gateway.waits import KnownPatience
from services.gateway.web.entrypoint import serves
from services.gateway.web.request import HttpRequest
from shared.errors import ArgotError
from shared.rpc.catalog import GetModel
from shared.runtime.service.calls import Calls
from shared.runtime.service.dependencies import RequestContext, Settings

MAX_IDEMPOTENCY_KEY = 255
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
"""What stands for bytes of the path that are no UTF-8."""


class Gateway:
    """HTTP in, calls out; no rule of the product."""

    name = "gateway"

    request = RequestContext()
    settings = Settings()
    call = Calls()
    features = KnownFeatures()
    limits = RateLimits()
    authenticator = authentication.Authentication()
    patience = KnownPatience()

    @serves(TABLE)
    def answer(self, route: Route, path: dict[str, str], request: HttpRequest) -> Answer:
        """Authenticate, check feature, role, existence and input, then run the handler."""
        principal = self._principal(request)
        visit = Visit(
            principal, self.call, self.features, self.patience, self.settings, request.is_abandoned
        )
        self._check_feature(route, principal)
        self._check_role(route, path, principal)
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

    def _principal(self, request: HttpRequest) -> authentication.Principal:
        try:
            principal: authentication.Principal = self.authenticator.authenticate(
                request.header("Authorization")
            )
        except ArgotError as error:
            if error.code == "unauthenticated":
                self.limits.strangers.take(request.address)
            raise
        organisation_id, parent_id = principal.organisation_id, principal.parent_organisation_id
        self.limits.organisations.take(organisation_id)
        if parent_id is not None:
            self.features.note_parent(organisation_id, parent_id, self.call)
        return principal

    def _check_feature(self, route: Route, principal: authentication.Principal) -> None:
        needed = route.group.feature
        if needed and needed not in self.features.of(principal.organisation_id, self.call):
            raise ArgotError("feature-not-available")

    def _check_role(
        self, route: Route, path: dict[str, str], principal: authentication.Principal
    ) -> None:
        """Another organisation's things do not exist for those who may not see them."""
        if not route.roles or route.roles & principal.roles:
            return
        own = principal.organisation_id
        organisation_id = path.get("organisation_id", own)
        if organisation_id == own:
            raise ArgotError("forbidden")
        _check_path(path)
        if not (
            route.group.resellers & principal.roles
            and self.features.reseller_of(organisation_id, self.call) == own
        ):
            raise ArgotError("not-found")

    def _input(self, route: Route, request: HttpRequest) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if "idempotency_key" in route.takes:
            found["idempotency_key"] = _idempotency_key(request)
        try:
            if route.query:
                found["query"] = route.query.model_validate(request.query())
            if route.form:
                found["form"] = route.form.model_validate(request.form())
            if route.body:
                raw = request.json_body()
                found["body"] = _body(route.body, route.default_body, raw)
        except ValidationError as error:
            faults = field_faults(error)
            detail = ": ".join(filter(None, (faults[0]["field"], faults[0]["message"])))
            raise ArgotError("invalid-request", detail, faults) from error
        return found


def _check_path(path: dict[str, str]) -> None:
    """No id is long, or has a control character; some databases cannot even be asked."""
    for name, value in path.items():
        sane = len(value) <= authentication.MAX_ID_LENGTH and value.isprintable()
        if name in MISSING and (not sane or REPLACEMENT in value):
            raise ArgotError(MISSING[name])


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
