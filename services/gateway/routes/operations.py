"""Routes for operators and for those who read the API: no token, no worker."""

from functools import cache
from importlib.resources import files
from typing import Literal

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from services.gateway import openapi
from services.gateway.routes.table import TABLE, Answer, Ground, Group
from services.gateway.web.response import encode
from shared.errors import ArgotError

operations = Group("", "Operation", public=True)

HTML = "text/html; charset=utf-8"


class Liveness(BaseModel):
    """The process answers."""

    status: Literal["ok"]


class Readiness(BaseModel):
    """`ok` for each thing that the gateway needs."""

    checks: dict[str, str]


@operations.route("GET", "/healthz", answer=Liveness)
def alive(_ground: Ground) -> Answer:
    """Say that the process lives."""
    return Answer({"status": "ok"})


@operations.route("GET", "/readyz", answer=Readiness, errors=["service-unavailable"])
def ready(ground: Ground) -> Answer:
    """Say whether the gateway has what it needs."""
    checks = ground.health.readiness()
    missing = [f"{name}: {state}" for name, state in checks.items() if state != "ok"]
    if missing:
        raise ArgotError("service-unavailable", "Not ready", extra={"checks": missing})
    return Answer({"checks": checks})


@operations.route("GET", "/metrics", media_types=[CONTENT_TYPE_LATEST])
def metrics(_ground: Ground) -> Answer:
    """Give the metrics in Prometheus' format."""
    return Answer(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@operations.route("GET", "/openapi.json")
def document(_ground: Ground) -> Answer:
    """Give this document."""
    return Answer(_document())


@operations.route("GET", "/docs", media_types=[HTML])
def page(_ground: Ground) -> Answer:
    """Give a page to try the API."""
    return Answer(_page(), media_type=HTML)


@cache
def _document() -> bytes:
    return encode(openapi.build(TABLE))


@cache
def _page() -> bytes:
    return (files("services.gateway") / "docs.html").read_bytes()
