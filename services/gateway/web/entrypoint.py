"""`@serves(table)` on a service's method: all routes of a table, each request in a worker."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar

from eventlet.event import Event
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint
from werkzeug.wsgi import ClosingIterator

from services.gateway.authentication import Principal, Proof
from services.gateway.routes.table import Answer, Ground, Route, Signed
from services.gateway.waits import Waits
from services.gateway.web.request import HttpRequest
from services.gateway.web.response import JSON, Response, encode, revalidated
from services.gateway.web.server import Server
from shared.errors import ArgotError

MethodT = TypeVar("MethodT", bound=Callable[..., Answer])

STOP_GRACE_S = 20
"""For requests in work at the end; longer than a call may take."""


FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")
"""What proxies add."""


class Routes(Entrypoint):  # type: ignore[misc]
    """Runs the method with `(route, path values, request)`; it returns an `Answer`."""

    server = Server()
    proof = Proof()
    waits = Waits()

    def __init__(self, table: Sequence[Route], **kwargs: Any) -> None:
        self.table = table
        super().__init__(expected_exceptions=ArgotError, **kwargs)

    def setup(self) -> None:
        """Join the server."""
        self.server.register_provider(self)

    def stop(self) -> None:
        """While the services that requests in work wait for can still be reached."""
        self.waits.patience.end()
        self.server.drain(STOP_GRACE_S)
        self.server.unregister_provider(self)

    def run(self, route: Route, path: dict[str, str], request: HttpRequest) -> Response:
        """Answer one request. Probes need no worker, so they pass where all are taken."""
        if route.group.public:
            config = self.container.config
            ground = Ground(config["health"], config["settings"], host_of(request))
            return respond(route, route.handler(ground), request)
        if route.form:
            return self._run_form(route, path, request)
        if route.body:  # before a worker is taken, which a slow client would hold
            request.receive(self._body_limit(route, request))
        return self._run_worker(route, path, request)

    def _run_form(self, route: Route, path: dict[str, str], request: HttpRequest) -> Response:
        """Only who is known may send files; a worker refuses the others in the right words.

        The place is held to the end of the answer, which may come after the worker's.
        """
        principal = self._principal(request)
        if principal is None:
            return self._run_worker(route, path, request)
        with ExitStack() as held:
            held.enter_context(self.waits.places.place(principal.organisation_id))
            with closing(request):
                request.receive_form(self.container.config["settings"].audio_body_limit)
                response = self._run_worker(route, path, request)
            if not isinstance(response.body, bytes):
                body = ClosingIterator(response.body, held.pop_all().close)
                response = response._replace(body=body)
            return response

    def _body_limit(self, route: Route, request: HttpRequest) -> int:
        """A route's own limit is for those who are known."""
        usual: int = self.container.config["settings"].body_limit
        if route.body_limit <= usual or self._principal(request) is None:
            return usual
        return route.body_limit

    def _principal(self, request: HttpRequest) -> Principal | None:
        try:
            return self.proof.authenticator.authenticate(request.header("Authorization"))
        except ArgotError:
            return None

    def _run_worker(self, route: Route, path: dict[str, str], request: HttpRequest) -> Response:
        done = Event()
        try:
            self.container.spawn_worker(
                self,
                (route, path, request),
                {},
                context_data={
                    "request_id": request.request_id,
                    "traceparent": request.traceparent,
                },
                handle_result=partial(self._finish, done),
            )
        except ContainerBeingKilled as error:
            raise ArgotError("service-unavailable", "The gateway is stopping") from error
        return respond(route, done.wait(), request)

    def _finish(self, done: Event, _worker_ctx: Any, result: Any, exc_info: Any) -> Any:
        done.send(result, exc_info)
        return result, exc_info


def host_of(request: HttpRequest) -> str:
    """Whom the client took the gateway for; empty where a proxy forwards, which may lie."""
    return "" if any(map(request.header, FORWARDED)) else request.header("Host")


def respond(route: Route, answer: Answer, request: HttpRequest) -> Response:
    """The answer under the route's status."""
    headers = (("Location", answer.location),) if answer.location else ()
    if route.status == HTTPStatus.TEMPORARY_REDIRECT and JSON in request.header("Accept"):
        headers, body = (("Content-Type", JSON),), encode(Signed(url=answer.location or ""))
        return Response(HTTPStatus.OK, headers, body)
    if answer.content is None:
        return Response(route.status, headers, b"")
    headers = (("Content-Type", answer.media_type), *headers)
    if isinstance(answer.content, Iterator):
        return Response(route.status, headers, answer.content)
    body = encode(answer.content)
    if route.revalidates and answer.media_type == JSON:
        return revalidated(route.status, headers, body, request.header("If-None-Match"))
    return Response(route.status, headers, body)


def serves(table: Sequence[Route]) -> Callable[[MethodT], MethodT]:
    """Answer the routes of `table` with the method."""
    return Routes.decorator(table)  # type: ignore[no-any-return]
