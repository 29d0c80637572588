"""Uploads against a small server with the upload routes of the contract, over real sockets."""

import json
import os
import re
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from argot.cli import app
from argot.client import Client
from argot.uploads.memory import Memory
from argot.uploads.outcomes import Outcome, name_of
from argot.uploads.parts import PartSender
from argot.uploads.sending import Sender

PART_SIZE = 300_000
MODEL = {
    "id": "m1",
    "key": "fr-medical",
    "name": "Medical",
    "language": "fr",
    "language_name": "French",
    "status": 1,
    "status_name": "not_running",
    "enabled": False,
    "failure": None,
    "last_modified": "2026-01-01T00:00:00.000000Z",
    "created_at": "2026-01-01T00:00:00.000000Z",
}


class Server(ThreadingHTTPServer):
    """Gateway and storage in one; `cuts` says how often a part's connection breaks half-way."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.uploads: dict[str, dict[str, Any]] = {}
        self.batches: list[int] = []
        self.cuts: Counter[int] = Counter()
        self.refusal = 0
        self.received: list[tuple[str, int]] = []
        self.now, self.most = 0, 0
        self.lock = threading.Lock()

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass

    def open(self, file: dict[str, Any]) -> dict[str, Any]:
        name, size = file["name"], file["size"]
        if name.endswith(".exe"):
            detail = f"{name} is of no supported type"
            code = "unsupported-file-type"
            return {"name": name, "status": "rejected", "code": code, "detail": detail}
        if name.startswith("again"):
            return {"name": name, "status": "skipped", "reason": "duplicate"}
        upload_id = f"u{len(self.uploads) + 1}"
        self.uploads[upload_id] = {"size": size, "parts": {}, "completed": False}
        count = -(-size // PART_SIZE)
        opened = {"upload_id": upload_id, "part_size": PART_SIZE, "part_count": count}
        return {"name": name, "status": "created", **opened}

    def content(self, upload_id: str) -> bytes:
        parts = self.uploads[upload_id]["parts"]
        return b"".join(parts[number] for number in sorted(parts))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *_: object) -> None:
        pass

    def answer(self, status: int, body: object = None) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        if self.path.startswith("/api/v1/custom-models"):
            return self.answer(200, {"items": [MODEL], "next_cursor": None})
        upload = self.server.uploads.get(self.path.rsplit("/", 1)[1])
        if upload is None:
            problem = {"code": "upload-not-found", "detail": "Upload not found"}
            return self.answer(404, problem)
        parts = sorted(upload["parts"].items())
        state = {
            "status": "completed" if upload["completed"] else "open",
            "size": upload["size"],
            "part_size": PART_SIZE,
            "received": [{"part_number": n, "size": len(data)} for n, data in parts],
            "dataset_id": "row" if upload["completed"] else None,
        }
        return self.answer(200, state)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = json.loads(self.rfile.read(length) or b"null")
        assert self.headers["Authorization"] == "Bearer token"
        if self.path == "/api/v1/custom-models/m1/uploads":
            self.server.batches.append(len(body["files"]))
            return self.answer(201, {"items": [self.server.open(each) for each in body["files"]]})
        upload_id, verb = re.fullmatch(r"/api/v1/uploads/(\w+)/(\w+)", self.path).groups()
        upload = self.server.uploads[upload_id]
        if verb == "complete":
            upload["completed"] = sum(map(len, upload["parts"].values())) == upload["size"]
            return self.answer(200, {"id": f"row-{upload_id}"})
        signed = [self.sign(upload_id, number, upload["size"]) for number in body["part_numbers"]]
        return self.answer(200, {"items": signed})

    def sign(self, upload_id: str, number: int, total: int) -> dict[str, Any]:
        size = min(PART_SIZE, total - (number - 1) * PART_SIZE)
        return {
            "part_number": number,
            "method": "PUT",
            "url": f"{self.server.url}/storage/{upload_id}/{number}",
            "headers": {"content-length": str(size)},
            "size": size,
            "expires_at": "2026-01-01T00:00:00.000000Z",
        }

    def do_PUT(self) -> None:
        _, _, upload_id, number = self.path.split("/")
        assert "Transfer-Encoding" not in self.headers
        assert "Authorization" not in self.headers
        if self.server.refusal:
            self.close_connection = True
            self.answer(self.server.refusal)
            return
        with self.server.lock:
            self.server.now += 1
            self.server.most = max(self.server.most, self.server.now)
        length = int(self.headers["Content-Length"])
        if self.server.cuts[int(number)] > 0:
            self.server.cuts[int(number)] -= 1
            self.rfile.read(length // 2)
            self.close_connection = True
        else:
            self.server.uploads[upload_id]["parts"][int(number)] = self.rfile.read(length)
            self.server.received.append((upload_id, int(number)))
        with self.server.lock:
            self.server.now -= 1
        if not self.close_connection:
            self.answer(200)


class Ledger:
    """Adds up what a watcher hears."""

    def __init__(self) -> None:
        self.left: dict[str, int] = {}
        self.sent: Counter[str] = Counter()
        self.lock = threading.Lock()

    def begins(self, path: Path, size: int, left: int) -> None:
        assert left <= size
        self.left[path.name] = left

    def sends(self, path: Path, count: int) -> None:
        with self.lock:
            self.sent[path.name] += count

    def ends(self, outcome: Outcome) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=[0.01])
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def upload(
    server: Server, folder: Path, *paths: Path, retries: int = 0, ledger: Ledger | None = None
) -> list[Outcome]:
    memory = Memory(folder / "state", server.url, "m1")
    with Client(server.url, "token") as client:
        parts = PartSender(client, (0.0,) * retries)
        with Sender(client, ledger or Ledger(), parts) as sender:
            return sender.upload("m1", paths, memory)


def recording(folder: Path, parts: float = 3.5) -> Path:
    path = folder / "talk.wav"
    path.write_bytes(bytes(range(251)) * round(parts * PART_SIZE / 251))
    return path


def test_a_part_whose_connection_breaks_is_sent_again(server: Server, tmp_path: Path) -> None:
    path, ledger = recording(tmp_path), Ledger()
    server.cuts[2] = 2
    (outcome,) = upload(server, tmp_path, path, retries=2, ledger=ledger)
    assert (outcome.kind, outcome.id) == ("uploaded", "row-u1")
    assert server.content("u1") == path.read_bytes()
    assert ledger.sent == ledger.left == {"talk.wav": path.stat().st_size}


def test_a_second_run_sends_only_what_is_missing(server: Server, tmp_path: Path) -> None:
    path = recording(tmp_path)
    server.cuts[2] = 1
    (first,) = upload(server, tmp_path, path)
    assert first.kind == "failed"
    assert not server.uploads["u1"]["completed"]
    before = len(server.received)

    (second,) = upload(server, tmp_path, path)
    assert second.kind == "uploaded"
    assert ("u1", 2) in server.received[before:]
    assert len(server.received) == len(set(server.received)) == 4
    assert server.content("u1") == path.read_bytes()
    assert list((tmp_path / "state").iterdir()) == []


def test_a_run_after_a_lost_answer_to_complete_sends_nothing(
    server: Server, tmp_path: Path
) -> None:
    path = recording(tmp_path)
    upload(server, tmp_path, path)
    Memory(tmp_path / "state", server.url, "m1").remember(path, "u1")
    (outcome,) = upload(server, tmp_path, path)
    assert (outcome.kind, outcome.id) == ("uploaded", "row")
    assert server.batches == [1]


def test_an_upload_that_the_server_forgot_begins_anew(server: Server, tmp_path: Path) -> None:
    path = recording(tmp_path)
    Memory(tmp_path / "state", server.url, "m1").remember(path, "gone")
    (outcome,) = upload(server, tmp_path, path)
    assert outcome.kind == "uploaded"
    assert server.content("u1") == path.read_bytes()


def test_a_refusal_for_good_is_not_tried_again(server: Server, tmp_path: Path) -> None:
    server.refusal = 400
    (outcome,) = upload(server, tmp_path, recording(tmp_path, 0.5), retries=50)
    assert (outcome.kind, outcome.detail) == ("failed", "Storage answered 400.")


def test_a_file_that_shrinks_meanwhile_fails_alone(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = recording(tmp_path), tmp_path / "talk.vtt"
    other.write_text("WEBVTT\n")
    sign = Client.sign_part

    def shrink(client: Client, upload_id: str, number: int) -> Any:
        path.write_bytes(b"short")
        return sign(client, upload_id, number)

    monkeypatch.setattr(Client, "sign_part", shrink)
    outcomes = upload(server, tmp_path, path, other)
    assert [outcome.kind for outcome in outcomes] == ["failed", "uploaded"]
    assert "became shorter" in outcomes[0].detail


def test_many_files_go_in_batches_and_four_parts_at_a_time(server: Server, tmp_path: Path) -> None:
    paths = [tmp_path / f"talk-{number}.vtt" for number in range(130)]
    for path in paths:
        path.write_text(f"WEBVTT {path.name}")
    outcomes = upload(server, tmp_path, *paths)
    assert [outcome.path for outcome in outcomes] == paths
    assert server.batches == [100, 30]
    assert server.content("u130") == b"WEBVTT talk-129.vtt"
    assert server.most <= 4


def test_the_command_names_what_was_not_uploaded(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    names = ["talk.vtt", "again.vtt", "talk.exe"]
    for name in names:
        (tmp_path / name).write_text("content")
    arguments = ["upload", "medical", *(str(tmp_path / name) for name in names)]
    result = CliRunner().invoke(
        app, arguments, env={"ARGOT_URL": server.url, "ARGOT_TOKEN": "token"}
    )
    assert result.exit_code == 1, result.exception
    assert "rejected talk.exe: talk.exe is of no supported type" in result.output
    assert "skipped again.vtt: a file of this name is there already" in result.output
    assert "1 rejected, 1 skipped, 1 uploaded." in result.output


def test_a_name_that_is_no_text_is_sent_as_near_as_can_be(server: Server, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.vtt")
    path.write_text("content")

    (outcome,) = upload(server, tmp_path, path)

    assert outcome.kind == "uploaded"
    assert name_of(path) == "caf\ufffd.vtt"
