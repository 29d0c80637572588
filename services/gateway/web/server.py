"""Connections: nameko's web server, which a client cannot bring down, and which ends in order."""

import socket
import time
from functools import partial
from http import HTTPStatus
from typing import Any

import eventlet
import structlog
from eventlet import greenio, wsgi
from nameko.web.server import HttpOnlyProtocol, WebServer

from services.gateway.pages import Pages, policy
from services.gateway.web.application import Application
from services.gateway.web.request import PROTOCOL

SOCKET_TIMEOUT_S = 60
"""For each read and write of a request in work."""
IDLE_TIMEOUT_S = 75
"""For the next request on an open connection."""
ACCEPT_PAUSE_S = 0.1

log = structlog.get_logger(__name__)


class Protocol(HttpOnlyProtocol):  # type: ignore[misc]
    """One connection."""

    def parse_request(self) -> bool:
        """Refuse two lengths of one body: a proxy may have believed the other one."""
        if not super().parse_request():
            return False
        if len(self.headers.get_all("Content-Length", [])) > 1:
            self.send_error(HTTPStatus.BAD_REQUEST)
            return False
        return True

    def get_environ(self) -> dict[str, Any]:
        """With the connection itself, so that the application can have it closed."""
        environ: dict[str, Any] = super().get_environ()
        environ[PROTOCOL] = self
        return environ

    def log_message(self, *_: object) -> None:
        """The stock one writes request lines to stderr."""


class Server(WebServer):  # type: ignore[misc]
    """Listens at the settings' address for its one provider, the entrypoint of all routes.

    Nameko ends the process when the greenlet of a connection or the accept loop raises, which
    any client can bring about; here that ends the connection.
    """

    def __init__(self) -> None:
        super().__init__()
        self._connections: set[Connection] = set()
        self._application: Application

    def start(self) -> None:
        """Listen."""
        settings = self.container.config["settings"]
        (provider,) = self._providers
        pages = Pages(settings.panel_dir, policy(settings)) if settings.panel_dir else None
        self._application = Application(provider.table, provider.run, pages)
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        self._sock = eventlet.listen(
            (settings.host, settings.port), family, backlog=1024, reuse_port=False
        )
        self._serv = wsgi.Server(
            self._sock,
            self._sock.getsockname(),
            self._application,
            protocol=Protocol,
            keepalive=IDLE_TIMEOUT_S,
            socket_timeout=SOCKET_TIMEOUT_S,
            log_output=False,
            debug=False,
        )
        self._gt = self.container.spawn_managed_thread(self.run)

    def run(self) -> None:
        """Accept connections until `drain`."""
        while True:
            try:
                sock, address = self._sock.accept()
            except OSError as error:
                log.warning("accept_failed", error=str(error))
                eventlet.sleep(ACCEPT_PAUSE_S)
                continue
            sock.settimeout(SOCKET_TIMEOUT_S)
            connection = Connection([address, sock, wsgi.STATE_IDLE])
            self.container.spawn_managed_thread(partial(self._serve, connection))

    def _serve(self, connection: "Connection") -> None:
        self._connections.add(connection)
        try:
            self._serv.process_request(connection.state)
        except Exception as error:  # noqa: BLE001 (the client's doing, and only its own loss)
            log.info("connection_failed", error=type(error).__name__)
        finally:
            self._connections.discard(connection)
            connection.state[1].close()

    def drain(self, seconds: float) -> None:
        """Accept nothing more, and return when all requests in work are answered.

        Gives up after `seconds`.
        """
        self._gt.kill()
        self._sock.close()
        self._application.stopping = True
        for connection in list(self._connections):
            connection.finish()
        deadline = time.monotonic() + seconds
        while self._connections and time.monotonic() < deadline:
            eventlet.sleep(0.02)

    def stop(self) -> None:
        """`drain` has done it."""
        self.wait_for_providers()


class Connection:
    """A connection with eventlet's mutable record of it: address, socket, state."""

    def __init__(self, state: list[Any]) -> None:
        self.state = state

    def finish(self) -> None:
        """Close it now where it is idle, else after its answer."""
        idle = self.state[2] == wsgi.STATE_IDLE
        self.state[2] = wsgi.STATE_CLOSE
        if idle:
            greenio.shutdown_safe(self.state[1])
