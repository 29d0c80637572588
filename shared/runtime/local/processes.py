"""Child processes in groups of their own, which end when this process ends, even by SIGKILL."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launcher.py")
TAIL_BYTES = 4096
POLL_S = 0.05


class _Spawner:
    """The one lasting thread that starts every child, as the kernel ties a child to a thread."""

    def __init__(self) -> None:
        self.renew()
        # A forked copy of this process has the object but not its thread.
        os.register_at_fork(after_in_child=self.renew)

    def renew(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spawner")

    def call(self, spawn: Callable[[], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
        return self._thread.submit(spawn).result()


_spawner = _Spawner()


class MissingProgram(RuntimeError):
    """A program that a private server needs is not installed; says how to get it."""


class NotReady(RuntimeError):
    """A process ended or ran out of time before it was ready; carries its last log lines."""


def find_program(name: str, remedy: str, folders: Iterable[Path] = ()) -> Path:
    """The program from `folders`, the first that has it, or from PATH; else `MissingProgram`."""
    for folder in folders:
        if os.access(folder / name, os.X_OK):
            return folder / name
    found = shutil.which(name)
    if found is None:
        raise MissingProgram(f"{name} is missing: {remedy}")
    return Path(found)


class Process:
    """One program with its output in a log file; `start` may be called again after it ended."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: str = "",
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self.log = log
        self._argv = [str(argument) for argument in argv]
        self._env = None if env is None else dict(env)
        self._cwd = cwd
        self._user = user
        self._stop_signal = stop_signal
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The pid of the program itself, which is its group's id too; None before a start."""
        return None if self._child is None else self._child.pid

    @property
    def running(self) -> bool:
        """Whether the program itself has not ended."""
        return self._child is not None and self._child.poll() is None

    @property
    def returncode(self) -> int | None:
        """As of subprocess: negative for a signal; None while it runs."""
        return None if self._child is None else self._child.poll()

    def start(self) -> None:
        """Return once the child exists; raises `RuntimeError` where it runs already."""
        if self.running:
            raise RuntimeError(f"{self.name} runs already")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._child = _spawner.call(self._spawn)

    def _spawn(self) -> subprocess.Popen[bytes]:
        launcher = [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), self._user]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [*launcher, *self._argv],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._cwd,
                env=self._env,
                start_new_session=True,
            )

    def wait_until(self, ready: Callable[[], bool], timeout_s: float) -> None:
        """Return once `ready()` holds; `NotReady` if the process ends first or time runs out."""
        deadline = time.monotonic() + timeout_s
        while not ready():
            if not self.running:
                raise NotReady(f"{self.name} ended with {self.returncode}:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise NotReady(f"{self.name} not ready in {timeout_s:g} s:\n{self.log_tail()}")
            time.sleep(POLL_S)

    def wait(self, timeout_s: float) -> bool:
        """Whether the program has ended within the time."""
        if self._child is None:
            return True
        try:
            self._child.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self, grace_s: float = 8.0) -> None:
        """Ask the program to end, kill what is left of its group after `grace_s`."""
        self.request_stop()
        self.wait(grace_s)
        self.kill()

    def request_stop(self) -> None:
        """Send the stop signal to the program alone and return at once."""
        if self._child is not None and self.running:
            self._child.send_signal(self._stop_signal)

    def kill(self) -> None:
        """SIGKILL the whole group; on return none of it runs."""
        if self._child is None:
            return
        deadline = time.monotonic() + 5
        while self.group_alive() and time.monotonic() < deadline:
            try:
                os.killpg(self._child.pid, signal.SIGKILL)
            except ProcessLookupError:
                break
            time.sleep(0.01)
        self._child.wait()

    def group_alive(self) -> bool:
        """Whether any process of the group is left, the program or its children."""
        if self._child is None:
            return False
        try:
            os.killpg(self._child.pid, 0)
        except ProcessLookupError:
            return False
        self._child.poll()
        return any(_living_members(self._child.pid))

    def log_tail(self) -> str:
        """The last lines of the log, for a person to read."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - TAIL_BYTES))
            return log.read().decode(errors="replace").strip()


def _living_members(group: int) -> Iterator[int]:
    """The pids in a group without the dead ones that nobody has collected yet."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, member_of = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue  # it has ended meanwhile
        if int(member_of) == group and state not in "ZX":
            yield int(folder.name)
