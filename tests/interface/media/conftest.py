"""Real media, made by a plain ffmpeg for each test, and a server that no file may reach."""

import subprocess
import threading
from collections.abc import Callable, Iterator

# By name: importing eventlet's server leaves a green module as the attribute `http.server`.
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Give `make(name, *arguments, seconds)`: a file of a tone, of the format its name says."""

    def make_file(name: str, *arguments: str, seconds: float = 3.3, video: bool = False) -> Path:
        path = tmp_path / name
        inputs = ["-f", "lavfi", "-i", f"sine=440:duration={seconds}"]
        if video:
            inputs += ["-f", "lavfi", "-i", f"testsrc=duration={seconds}:size=64x48:rate=10"]
        command = ["ffmpeg", "-v", "error", "-nostdin", "-y", *inputs, *arguments, str(path)]
        subprocess.run(command, check=True)
        return path

    return make_file


@pytest.fixture
def visits() -> Iterator[tuple[str, list[str]]]:
    """Give the address of a local HTTP server and the list of the paths asked of it."""
    paths: list[str] = []

    class Recorder(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_error(404)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    server.server_close()
