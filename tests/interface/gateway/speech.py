"""What tests of OpenAI's routes share: storage, a client, and how errors must look."""

import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import httpx
import openai

AUDIO = bytes(range(256)) * 3000
BODY_LIMIT = 1_000_000
JOB = "/api/v1/transcriptions/{}"
ROUTE = "/v1/audio/transcriptions"
TRANSLATIONS = "/v1/audio/translations"


class FakeStorage:
    """Takes what is PUT, and remembers it; a context."""

    def __init__(self) -> None:
        self.received: list[tuple[str, str, bytes]] = []
        """Path, host and content of each."""
        storage = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                storage.received.append((self.path, self.headers["Host"], content))
                self.send_response(403 if "denied" in self.path else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def openai_client(stack: Any, headers: dict[str, str], **options: Any) -> openai.OpenAI:
    key = headers["Authorization"].removeprefix("Bearer ")
    return openai.OpenAI(base_url=f"{stack.url}/v1", api_key=key, timeout=30, **options)


def audio(name: str = "speech.wav", content: bytes = AUDIO) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def error(response: httpx.Response) -> tuple[int, str, str | None, str]:
    """Status, type, parameter and code of an error, which must be in the form."""
    assert response.headers["Content-Type"] == "application/json"
    document = response.json()
    assert document.keys() == {"error"}
    found = document["error"]
    assert found.keys() == {"message", "type", "param", "code"}
    return response.status_code, found["type"], found["param"], found["code"]


def is_there(http: httpx.Client, job: str) -> bool:
    """Whether there is such a transcription."""
    status = http.get(JOB.format(job)).status_code
    assert status in {200, 404}
    return status == 200


def post(
    http: httpx.Client,
    name: str = "speech.wav",
    content: bytes = AUDIO,
    route: str = ROUTE,
    **fields: Any,
) -> httpx.Response:
    return http.post(route, data={"model": "fr", **fields}, files={"file": (name, content)})
