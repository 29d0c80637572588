"""One child process with bounded time and output, of which nothing is left when it is over."""

import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from shared.runtime.unwanted import Unwanted

_KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH")
_KEPT_OUTPUT = 256 * 1024
_KEPT_ERRORS = 4096
_CHUNK = 64 * 1024
_LOOK_SECONDS = 0.5


class TimedOut(Exception):
    """The child ran longer than allowed and was killed."""


class OutputTooLarge(Exception):
    """The child wrote more than allowed and was killed."""


@dataclass(frozen=True, slots=True)
class Finished:
    """How a child ended. `output` is its first 256 KiB, `errors` the last 4 KiB.

    `output` is empty where somebody else took it as it came.
    """

    status: int
    output: bytes
    output_bytes: int
    errors: bytes


def supervise(
    command: list[str],
    directory: str,
    *,
    wall_seconds: float,
    output_bytes: int,
    taker: Callable[[bytes], None] | None = None,
    unwanted: threading.Event | None = None,
) -> Finished:
    """Run the command in the directory, in a process group of its own, until it ends.

    Memory stays flat whatever it writes: `taker` gets all of its output, chunk by chunk. Its
    environment has the search paths and no secret.
    Raises `TimedOut`, `OutputTooLarge`, `Unwanted` once that event is set, and `OSError` when it
    does not start; then, or when the caller is interrupted, the whole group is killed.
    """
    deadline = time.monotonic() + wall_seconds
    process = _start(command, directory)
    try:
        return _collect(process, output_bytes, deadline, taker, unwanted or threading.Event())
    except subprocess.TimeoutExpired as fault:
        raise TimedOut from fault
    finally:
        _end(process)


def _start(command: list[str], directory: str) -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return subprocess.Popen(
        command,
        cwd=directory,
        env={**environment, "HOME": directory, "TMPDIR": directory, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _collect(
    process: subprocess.Popen[bytes],
    most: int,
    deadline: float,
    taker: Callable[[bytes], None] | None,
    unwanted: threading.Event,
) -> Finished:
    """Read both outputs to their end: the head and length of one, the tail of the other."""
    output, count, errors = bytearray(), 0, b""

    def keep(chunk: bytes) -> None:
        output.extend(chunk[: _KEPT_OUTPUT - len(output)])

    take = taker or keep
    with selectors.DefaultSelector() as selector:
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                selector.register(stream, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(0.0, min(_LOOK_SECONDS, deadline - time.monotonic())))
            _check(deadline, unwanted)
            for key, _ in ready:
                chunk = os.read(key.fd, _CHUNK)
                if not chunk:
                    selector.unregister(key.fileobj)
                elif key.fileobj is process.stderr:
                    errors = (errors + chunk)[-_KEPT_ERRORS:]
                else:
                    count += len(chunk)
                    if count > most:
                        raise OutputTooLarge
                    take(chunk)
    # It may have closed its outputs and run on.
    status = process.wait(timeout=max(0.1, deadline - time.monotonic()))
    return Finished(status, bytes(output), count, errors)


def _check(deadline: float, unwanted: threading.Event) -> None:
    if time.monotonic() >= deadline:
        raise TimedOut
    if unwanted.is_set():
        raise Unwanted


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()
