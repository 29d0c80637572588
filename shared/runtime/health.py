"""`/healthz`, `/readyz` and `/metrics` of a process, on a port of its own.

Threads, which are greenlets in the processes that use eventlet.
"""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from kombu import Connection
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Check = Callable[[], None]

REMEMBERED_S = 1.0


class Health:
    """The checks of a process: each raises where what it needs is away."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}
        self._looking = threading.Lock()
        self._found: dict[str, str] = {}
        self._look_again = 0.0
        self.started = False

    def add(self, name: str, check: Check) -> None:
        """Readiness needs this from now on."""
        self._checks[name] = check

    def readiness(self) -> dict[str, str]:
        """`ok` or the kind of error for each check; `starting` until the process runs.

        However often it is asked, the checks run once a second.
        """
        with self._looking:
            if time.monotonic() >= self._look_again:
                self._found = self._look()
                self._look_again = time.monotonic() + REMEMBERED_S
        return self._found if self.started else {"process": "starting", **self._found}

    def _look(self) -> dict[str, str]:
        found = {}
        for name, check in list(self._checks.items()):
            try:
                check()
            except Exception as error:  # noqa: BLE001 (any error means: not ready)
                found[name] = type(error).__name__
            else:
                found[name] = "ok"
        return found

    def serve(self, host: str, port: int) -> None:
        """Answer from a background thread; port 0 serves nothing."""
        if port == 0:
            return
        server = ThreadingHTTPServer((host, port), _handler(self))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, name="health", daemon=True).start()


def broker_check(amqp_url: str) -> Check:
    """The broker takes a connection."""

    def check() -> None:
        with Connection(amqp_url, connect_timeout=2) as connection:
            connection.connect()

    return check


def _handler(health: Health) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/healthz":
                self._answer(200, b'{"status": "ok"}')
            elif self.path == "/readyz":
                checks = health.readiness()
                ready = all(state == "ok" for state in checks.values())
                self._answer(200 if ready else 503, json.dumps({"checks": checks}).encode())
            elif self.path == "/metrics":
                self._answer(200, generate_latest(), CONTENT_TYPE_LATEST)
            else:
                self._answer(404, b"{}")

        def _answer(self, status: int, body: bytes, kind: str = "application/json") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Probes are no news."""

    return Handler
