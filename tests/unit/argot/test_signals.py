"""The command line as a process of its own: what signals leave behind, and what is said."""

import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from .jobs_server import JobsServer

pytestmark = pytest.mark.usefixtures("interruptible")
LIMIT_S = 60


@contextmanager
def command(*arguments: object, **how: Any) -> Iterator[subprocess.Popen[str]]:
    """`argot` in the background; it is gone at the end."""
    given = [sys.executable, "-m", "argot", *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | how
    with subprocess.Popen(given, text=True, **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def waited_for(server: JobsServer) -> threading.Event:
    """Somebody waits for a job that never ends."""
    asked = threading.Event()
    server.when_asked = lambda job: asked.set() if job["asked"] > 1 else None
    return asked


def transcribing(server: JobsServer, folder: Path) -> list[object]:
    audio = folder / "never.wav"
    audio.write_bytes(b"12345")
    where = ["--url", server.url, "--token", "token"]
    return ["transcribe", audio, "--language", "fr", "-o", folder / "never.txt", *where]


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_leaves_no_job_and_no_draft(
    server: JobsServer,
    waited_for: threading.Event,
    tmp_path: Path,
    number: signal.Signals,
    status: int,
) -> None:
    with command(*transcribing(server, tmp_path)) as process:
        assert waited_for.wait(LIMIT_S)
        assert (tmp_path / ".never.txt.part").exists()
        process.send_signal(number)
        said = process.communicate(timeout=LIMIT_S)
    assert (process.returncode, said) == (status, ("", ""))
    assert server.deleted == ["never.wav"]
    assert [path.name for path in tmp_path.iterdir()] == ["never.wav"]


def test_so_does_a_terminal_that_goes_away(
    server: JobsServer, waited_for: threading.Event, tmp_path: Path
) -> None:
    ours, its = pty.openpty()
    terminal = {"stdin": its, "stdout": its, "stderr": its}
    with command(*transcribing(server, tmp_path), **terminal) as process:
        os.close(its)
        assert waited_for.wait(LIMIT_S)
        os.close(ours)
        for _ in range(2):  # the shell's, and the terminal's
            process.send_signal(signal.SIGHUP)
        assert process.wait(LIMIT_S) == 129
    assert server.deleted == ["never.wav"]
    assert [path.name for path in tmp_path.iterdir()] == ["never.wav"]


def test_what_is_to_survive_the_terminal_does(
    server: JobsServer, waited_for: threading.Event, tmp_path: Path
) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as `nohup` does
    with command(*transcribing(server, tmp_path)) as process:
        assert waited_for.wait(LIMIT_S)
        process.send_signal(signal.SIGHUP)
        waited_for.clear()
        assert waited_for.wait(LIMIT_S)
        process.terminate()
        assert process.wait(LIMIT_S) == 143


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_nothing_is_said_where_it_ends_before_it_began(
    tmp_path: Path, number: signal.Signals
) -> None:
    slow = "import time; print('importing', flush=True); time.sleep(60)"
    (tmp_path / "typer.py").write_text(slow)
    with command("models", env=os.environ | {"PYTHONPATH": str(tmp_path)}) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "importing\n"
        process.send_signal(number)
        assert process.communicate(timeout=LIMIT_S) == ("", "")
    assert process.returncode == -number
