"""What the client makes of the server's answers."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from argot import connection
from argot.client import Client
from argot.connection import ProblemError, UnreachableError
from argot.patience import through_outages


class Script(ThreadingHTTPServer):
    """Gives the scripted answers (status, headers, body), one a request; None: hangs up."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.answers: list[tuple[int, dict[str, str], Any] | None] = []
        self.requests: list[tuple[str, str | None]] = []


class Handler(BaseHTTPRequestHandler):
    server: Script

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.requests.append((self.path, self.headers["Idempotency-Key"]))
        answer = self.server.answers.pop(0)
        if answer is None:
            return
        status, headers, body = answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

    def do_POST(self) -> None:
        self.do_GET()


def test_who_watches_a_training_outlasts_an_outage(
    server: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "RETRY_SECONDS", ())
    away = (503, {}, {"code": "service-unavailable", "detail": "away"})
    server.answers = [away, None, away, (404, {}, {"code": "training-not-found", "detail": "?"})]

    with Client(server.url, "token") as client, pytest.raises(ProblemError) as refusal:
        through_outages(lambda: client.training("m", "t"), pause_s=0)

    assert refusal.value.code == "training-not-found"
    assert len(server.requests) == 4


@pytest.fixture
def server() -> Iterator[Script]:
    with Script() as running:
        thread = threading.Thread(target=running.serve_forever, args=[0.01])
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    taken: list[float] = []
    monkeypatch.setattr(connection.time, "sleep", taken.append)
    return taken


LANGUAGES = {"items": [{"key": "fr", "name": "French", "kind": "base"}]}
BUSY = {"code": "service-unavailable", "detail": "The catalog did not answer in time"}


def test_a_problem_keeps_its_code_and_its_faults(server: Script) -> None:
    faults = [{"code": "too-short", "message": "Need minimum 10 minutes", "file": None}]
    problem = {"code": "validation_failed", "detail": "Need minimum 10 minutes", "errors": faults}
    server.answers = [(422, {}, problem)]
    with Client(server.url, "token") as client, pytest.raises(ProblemError) as caught:
        client.train("m1", skip_unmatched=False)
    assert (caught.value.code, caught.value.status) == ("validation_failed", 422)
    assert caught.value.errors == faults


def test_unmatched_audio_is_named(server: Script) -> None:
    problem = {"code": "unmatched-audio", "detail": "…", "unmatched_audio": ["a.wav", "b.wav"]}
    server.answers = [(409, {}, problem)]
    with Client(server.url, "token") as client, pytest.raises(ProblemError) as caught:
        client.train("m1", skip_unmatched=False)
    assert caught.value.unmatched_audio == ["a.wav", "b.wav"]


@pytest.mark.parametrize("status", [503, 429])
def test_a_busy_server_is_asked_again_when_it_says(
    server: Script, pauses: list[float], status: int
) -> None:
    server.answers = [(status, {"Retry-After": "3"}, BUSY), None, (200, {}, LANGUAGES)]
    with Client(server.url, "token") as client:
        assert [each.key for each in client.languages("training")] == ["fr"]
    assert pauses == [3.0, connection.RETRY_SECONDS[1]]


def test_patience_ends(server: Script, pauses: list[float]) -> None:
    server.answers = [(503, {"Retry-After": "86400"}, BUSY)] * 9
    with Client(server.url, "token") as client, pytest.raises(ProblemError) as caught:
        client.models()
    assert caught.value.code == "service-unavailable"
    assert pauses == [connection.MAX_RETRY_AFTER_S] * len(connection.RETRY_SECONDS)


@pytest.mark.parametrize(
    "create",
    [
        lambda client: client.create_model("Medical", "fr"),
        lambda client: client.open_uploads("m1", []),
        lambda client: client.train("m1", skip_unmatched=False),
        lambda client: client.open_transcription("fr", "talk.wav", 1),
        lambda client: client.open_alignment("fr", "talk.wav", 1, "Hello"),
    ],
)
def test_a_creation_that_is_sent_twice_has_one_key(
    server: Script, pauses: list[float], create: Callable[[Client], object]
) -> None:
    refused = {"code": "invalid-request", "detail": "No"}
    server.answers = [None, (422, {}, refused), (422, {}, refused)]
    with Client(server.url, "token") as client:
        for _ in range(2):
            with pytest.raises(ProblemError):
                create(client)
    (_, first), (_, second), (_, third) = server.requests
    assert first == second
    assert first
    assert third != first


def test_a_list_is_read_to_its_end(server: Script) -> None:
    row = {
        "id": "d1",
        "name": "talk.wav",
        "type": "AUDIO",
        "status": "ready",
        "failure": None,
        "duration": 60.0,
        "url": "/d1/download",
        "start_time": 0.0,
        "end_time": 60.0,
        "size": 10,
        "created_at": "2026-01-01T00:00:00.000000Z",
    }
    server.answers = [
        (200, {}, {"items": [row], "next_cursor": "c1"}),
        (200, {}, {"items": [{**row, "id": "d2"}], "next_cursor": None}),
    ]
    with Client(server.url, "token") as client:
        assert [each.id for each in client.datasets("m1")] == ["d1", "d2"]
    assert "cursor=c1" in server.requests[1][0]


@pytest.mark.parametrize("body", [b"<html>", {"items": 3}])
def test_another_kind_of_server_is_known(server: Script, body: Any) -> None:
    server.answers = [(200, {}, body)]
    with Client(server.url, "token") as client, pytest.raises(UnreachableError):
        client.models()
