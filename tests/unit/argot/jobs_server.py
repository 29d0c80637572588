"""A small server with the routes of jobs and of their uploads, over real sockets.

What becomes of a job follows from the name of its file: `bad` fails, `refused` is not opened,
`lost` is not taken by storage, of `never` nothing becomes; all others succeed when they are asked
for the second time.
"""

import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from click.testing import Result
from typer.testing import CliRunner

from argot.cli import app

PART_SIZE = 1000


def argot(server: "JobsServer", command: str, *arguments: object) -> Result:
    """Run a command that works in French."""
    given = [command, *map(str, arguments), "--language", "fr"]
    return CliRunner().invoke(app, [*given, "--url", server.url, "--token", "token"])


class JobsServer(ThreadingHTTPServer):
    """Gateway and storage in one."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.jobs: dict[str, dict[str, Any]] = {}
        self.deleted: list[str] = []
        self.most_open, self.most_sending = 0, 0
        self.when_asked: Callable[[dict[str, Any]], None] = lambda _job: None
        self.lock = threading.Lock()

    def open(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        about = body.get("audio", body)
        with self.lock:
            number = len(self.jobs) + 1
            job = {"id": f"j{number}", "kind": kind, "name": about["name"], "size": about["size"]}
            self.jobs[job["id"]] = job | {"status": "uploading", "asked": 0, "body": body}
            statuses = [each["status"] for each in self.jobs.values()]
            self.most_sending = max(self.most_sending, statuses.count("uploading"))
            open_now = len(statuses) - statuses.count("ended")
            self.most_open = max(self.most_open, open_now)
        count = -(-about["size"] // PART_SIZE)
        return {
            "id": job["id"],
            "upload_id": job["id"],
            "part_size": PART_SIZE,
            "part_count": count,
        }

    def state(self, job: dict[str, Any]) -> dict[str, Any]:
        job["asked"] += 1
        self.when_asked(job)
        status, failure = "running", None
        if job["asked"] > 1 and not job["name"].startswith("never"):
            status = "succeeded"
            if job["name"].startswith("bad"):
                status, failure = "failed", {"code": "unreadable-audio", "message": "No audio."}
            job["status"] = "ended"
        return {
            "id": job["id"],
            "name": job["name"],
            "status": status,
            "language": "fr",
            "duration": None,
            "progress": 0.0,
            "failure": failure,
            "created_at": "2026-01-01T00:00:00.000000Z",
        }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: JobsServer

    def log_message(self, *_: object) -> None:
        pass

    def answer(self, status: int, body: Any = None) -> None:
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(0 if status == 204 else len(data)))
        self.end_headers()
        if status != 204:
            self.wfile.write(data)

    def body(self) -> Any:
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        return json.loads(data or b"null")

    def job(self) -> dict[str, Any]:
        return self.server.jobs[self.path.split("/")[4]]

    def do_GET(self) -> None:
        job = self.job()
        if "/result" not in self.path:
            return self.answer(200, self.server.state(job))
        form = self.path.partition("format=")[2]
        return self.answer(200, f"{job['name']} as {form}\n")

    def do_POST(self) -> None:
        body = self.body()
        if opening := re.fullmatch(r"/api/v1/(transcription|alignment)s", self.path):
            if body.get("audio", body)["name"].startswith("refused"):
                problem = {"code": "unsupported-file-type", "detail": "Only audio and video"}
                return self.answer(422, problem)
            return self.answer(201, self.server.open(opening[1], body))
        job = self.job()
        if self.path.endswith("/complete"):
            job["status"] = "queued"
            return self.answer(200, {"id": job["id"]})
        (number,) = body["part_numbers"]
        size = min(PART_SIZE, job["size"] - (number - 1) * PART_SIZE)
        part = {
            "part_number": number,
            "method": "PUT",
            "url": f"{self.server.url}/storage/parts/of/{job['id']}",
            "headers": {},
            "size": size,
            "expires_at": "2026-01-01T00:00:00.000000Z",
        }
        return self.answer(200, {"items": [part]})

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(400 if self.job()["name"].startswith("lost") else 200)

    def do_DELETE(self) -> None:
        job = self.job()
        self.server.deleted.append(job["name"])
        job["status"] = "ended"
        self.answer(204)
