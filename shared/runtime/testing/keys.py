"""A key server for tests: publishes public keys over HTTP, as an identity provider does."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import ECAlgorithm, RSAAlgorithm


class TestKeyServer:
    """Serves `keys`, by `kid`, at `url`; `fetched` counts. `broken` is said instead where set."""

    __test__ = False

    def __init__(self) -> None:
        self.keys: dict[str, dict[str, Any]] = {}
        self.broken: bytes | None = None
        self.fetched = 0
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._http.server_port}/keys"
        threading.Thread(target=self._http.serve_forever, args=[0.01], daemon=True).start()

    def publish(self, kid: str, key: RSAPublicKey | EllipticCurvePublicKey, **other: str) -> None:
        """Offer a key from now on."""
        if isinstance(key, RSAPublicKey):
            written = RSAAlgorithm.to_jwk(key, as_dict=True)
        else:
            written = ECAlgorithm.to_jwk(key, as_dict=True)
        self.keys[kid] = {**written, "kid": kid, **other}

    def withdraw(self, kid: str) -> None:
        """Offer the key no longer."""
        del self.keys[kid]

    def close(self) -> None:
        """Go away; connections are refused from now on."""
        self._http.shutdown()
        self._http.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def answer(self) -> bytes:
        """What one request gets."""
        self.fetched += 1
        return self.broken or json.dumps({"keys": list(self.keys.values())}).encode()


def _handler(server: TestKeyServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = server.answer()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
