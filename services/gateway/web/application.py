"""The WSGI application: finds the route, has it answered, logs and counts the request."""

import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import structlog
from eventlet.wsgi import ChunkReadError
from prometheus_client import Histogram
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wsgi import ClosingIterator

from services.gateway.pages import Pages
from services.gateway.routes.table import Route
from services.gateway.web.openai_errors import is_for_openai, openai_error
from services.gateway.web.request import PROTOCOL, HttpRequest
from services.gateway.web.response import Response, problem
from shared.errors import ArgotError

DRAIN_LIMIT = 8 * 1024**2
"""Bytes of an unread body that are thrown away, so that the client gets to read its answer."""

REQUESTS = Histogram(
    "argot_http_seconds",
    "Time to answer an HTTP request, to its last byte.",
    ["method", "route", "status"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)

WITHOUT_BODY = frozenset({204, 304})
"""Statuses that have none by definition, and so no length of one."""

log = structlog.get_logger(__name__)

RunRoute = Callable[[Route, dict[str, str], HttpRequest], Response]


class Application:
    """Serves the routes of a table; `run` answers one of them, and may raise `ArgotError`.

    What no route knows is asked of `pages`.
    """

    def __init__(self, table: Iterable[Route], run: RunRoute, pages: Pages | None) -> None:
        rules = [
            Rule(
                route.path.replace("{", "<").replace("}", ">"),
                methods=[route.method],
                endpoint=route,
            )
            for route in table
        ]
        self._adapter = Map(rules, merge_slashes=False).bind("gateway")
        self._run = run
        self._pages = pages
        self.stopping = False

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request, whatever happens."""
        started = time.perf_counter()
        environ["wsgi.input_terminated"] = True
        request = HttpRequest(environ)
        route, response = self._answer(request)
        headers = [
            *response.headers,
            ("Cache-Control", response.cache),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Request-Id", request.request_id),
        ]
        body = response.body
        if isinstance(body, bytes) and response.status not in WITHOUT_BODY:
            headers.append(("Content-Length", str(len(body))))
        if request.is_broken or self.stopping or not _settle(environ):
            environ[PROTOCOL].close_connection = True
        start_response(response.status_line, headers)
        note = partial(self._note, request, route, response.status, started)
        if isinstance(body, bytes):
            note()
            return [] if request.method == "HEAD" else [body]
        environ["eventlet.minimum_write_chunk_size"] = 1  # else it would be sent as a whole
        return ClosingIterator(body, note)

    def _answer(self, request: HttpRequest) -> tuple[Route | None, Response]:
        route = None
        refusal = openai_error if is_for_openai(request.path) else problem
        try:
            route, path = self._adapter.match(request.path, request.method)
            return route, self._run(route, dict(path), request)
        except NotFound:
            if self._pages and (page := self._pages.answer(request)):
                return None, page
            return None, refusal(ArgotError("not-found"))
        except MethodNotAllowed as error:
            allowed = ", ".join(sorted(error.valid_methods or ()))
            return None, refusal(ArgotError("method-not-allowed"), (("Allow", allowed),))
        except ArgotError as error:
            return route, refusal(error)
        except Exception:
            log.exception("request_failed", request_id=request.request_id)
            return route, refusal(ArgotError("internal-error"))

    def _note(self, request: HttpRequest, route: Route | None, status: int, started: float) -> None:
        seconds = time.perf_counter() - started
        template = route.path if route else None
        method = request.method if route else "other"
        REQUESTS.labels(method, template, status).observe(seconds)
        note = log.debug if route and route.group.public else log.info
        note(
            "request",
            request_id=request.request_id,
            method=method,
            route=template,
            status=status,
            ms=round(seconds * 1000, 1),
        )


def _settle(environ: dict[str, Any]) -> bool:
    """Throw away what is left of the body. False: too much, or broken; close the connection."""
    body = environ["wsgi.input"]
    if environ.get("HTTP_TRANSFER_ENCODING", "chunked").lower() != "chunked":
        return False  # eventlet reads no other, so where the next request starts is unknown
    if not body.chunked_input and body.position >= (body.content_length or 0):
        return True
    if body.should_send_hundred_continue:
        return False
    left = DRAIN_LIMIT
    try:
        while left > 0 and (read := len(body.read(min(left, 65536)))):
            left -= read
    except (ChunkReadError, OSError):
        return False
    return left > 0
