"""The stack in the background: one per folder, known by a lock that ends with its process."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from argot.stack.local import Stack
from argot.stack.organisation import DEMO, grant
from argot.stack.settings import StackSettings
from shared.runtime.local.ports import Ports
from shared.runtime.local.processes import NotReady
from shared.runtime.tokens import ROLES

DEFAULT_PORT = 8080
START_TIMEOUT_S = 300.0
STOP_TIMEOUT_S = 60.0
POLL_S = 0.1


class StackFailed(RuntimeError):
    """The stack did not start, or does not end."""


@dataclass(frozen=True)
class Running:
    """A stack that serves."""

    pid: int
    address: str
    amqp_url: str
    tokens: dict[str, str]
    jwt_secret: str


def running(folder: Path) -> Running | None:
    """The stack of this folder, once it is ready."""
    if not _is_locked(folder):
        return None
    try:
        return Running(**json.loads((folder / "stack.json").read_text()))
    except FileNotFoundError:
        return None  # it is starting


def up(folder: Path) -> Running:
    """Start it unless it runs; return when it serves."""
    folder.mkdir(mode=0o700, exist_ok=True)
    log = folder / "stack.log"
    process: subprocess.Popen[bytes] | None = None
    if not _is_locked(folder):
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "argot.stack", "run", str(folder)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
    deadline = time.monotonic() + START_TIMEOUT_S
    while (state := running(folder)) is None:
        ended = process is not None and process.poll() is not None and not _is_locked(folder)
        if ended or time.monotonic() > deadline:
            raise StackFailed(f"the stack did not start:\n{log.read_text(errors='replace')}")
        time.sleep(POLL_S)
    return state


def down(folder: Path) -> bool:
    """End it and wait for that; False if none ran."""
    if not _is_locked(folder):
        return False
    pid = int((folder / "stack.pid").read_text())
    for ending, patience in ((signal.SIGTERM, STOP_TIMEOUT_S), (signal.SIGKILL, 5.0)):
        os.kill(pid, ending)
        deadline = time.monotonic() + patience
        while _is_locked(folder):
            if time.monotonic() > deadline:
                break
            time.sleep(POLL_S)
        else:
            return True
    raise StackFailed(f"process {pid} does not end")


def run(folder: Path) -> None:
    """Be the stack until SIGTERM or SIGINT; does nothing where another is."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, _end)
    with (folder / "stack.pid").open("a+") as lock, Ports() as ports:
        if not _take(lock):
            return
        lock.truncate(0)
        print(os.getpid(), file=lock, flush=True)
        state = folder / "stack.json"
        state.unlink(missing_ok=True)
        with Stack(folder / "data", port=_choose_port(ports)) as stack:
            tokens: dict[str, str] = {
                role: stack.token(org=DEMO, user=role, roles=[role]) for role in ROLES
            }
            grant(stack.address, tokens["sysop"])
            serving = Running(os.getpid(), stack.address, stack.amqp_url, tokens, stack.jwt_secret)
            _write_privately(state, json.dumps(asdict(serving)))
            while True:  # until a signal
                time.sleep(1)
                try:
                    stack.revive_servers()
                except NotReady as error:
                    print(error, flush=True)


def _end(*_: object) -> None:
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, signal.SIG_IGN)  # the way out is not to be interrupted
    sys.exit()


def _choose_port(ports: Ports) -> int:
    wanted = StackSettings().port
    if wanted is not None:
        if not ports.claim(wanted):
            raise StackFailed(f"port {wanted} (ARGOT_PORT) is in use")
        return wanted
    return DEFAULT_PORT if ports.claim(DEFAULT_PORT) else ports.take()


def _take(lock: IO[str]) -> bool:
    """Patient enough for those who only look whether it is locked."""
    for _ in range(10):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(POLL_S)
        else:
            return True
    return False


def _is_locked(folder: Path) -> bool:
    try:
        with (folder / "stack.pid").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _write_privately(path: Path, text: str) -> None:
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.rename(path)
