"""Keeps processes running as Kubernetes would: restarted when they end, with growing delay."""

import contextlib
import http
import http.client
import os
import signal
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from shared.runtime.local.processes import NotReady, Process

FIRST_DELAY_S, LAST_DELAY_S = 0.2, 5.0
STEADY_S = 10.0  # a process that ran this long starts again at the first delay
POLL_S = 0.05
READY_POLL_S = 0.2  # each look costs the process a connection to all it needs
# A process that ended this often before it was ready once will not get ready.
HOPELESS_RESTARTS = 3


@dataclass
class Supervised:
    """A process, where it answers probes, and whether it should run."""

    process: Process
    health_port: int
    wanted: bool = True
    restarts: int = 0
    delay_s: float = FIRST_DELAY_S
    started_at: float = 0.0
    due_at: float | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)

    def start(self) -> None:
        """Run it and note when."""
        self.process.start()
        self.started_at, self.due_at = time.monotonic(), None

    def ready(self) -> bool:
        """Whether it says so now."""
        connection = http.client.HTTPConnection("127.0.0.1", self.health_port, timeout=2)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


class Supervisor:
    """Starts its processes together and watches them until `close`."""

    def __init__(self, members: Iterable[Supervised]) -> None:
        self._members = {member.process.name: member for member in members}
        self._closing = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def open(self) -> None:
        """Start all, and the watch over them."""
        for member in self._members.values():
            member.start()
        self._watcher.start()

    def close(self, grace_s: float) -> None:
        """SIGTERM to all, SIGKILL after `grace_s`; on return nothing of any group is left."""
        self._closing.set()
        if self._watcher.is_alive():
            self._watcher.join()
        processes = [member.process for member in self._members.values()]
        for process in processes:
            process.request_stop()
        deadline = time.monotonic() + grace_s
        for process in processes:
            process.wait(max(0.0, deadline - time.monotonic()))
        for process in processes:
            process.kill()

    @property
    def names(self) -> list[str]:
        """In the order of their start."""
        return list(self._members)

    def process(self, name: str) -> Process:
        """Raises `KeyError` for a name that is not there."""
        return self._members[name].process

    def ready(self, name: str) -> bool:
        """Whether it says so now."""
        return self._members[name].ready()

    def start(self, name: str) -> None:
        """Run it again after a `stop`."""
        member = self._members[name]
        with member.lock:
            member.wanted, member.delay_s = True, FIRST_DELAY_S
            if not member.process.running:
                member.start()

    def stop(self, name: str, grace_s: float) -> None:
        """End it in order, and leave it so until `start`."""
        member = self._members[name]
        with member.lock:
            member.wanted = False
            member.process.stop(grace_s)

    def kill(self, name: str) -> None:
        """SIGKILL to the process itself; it is started again as after any other end."""
        pid = self._members[name].process.pid
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def wait_ready(self, names: Iterable[str], timeout_s: float) -> None:
        """Return once all are ready; `NotReady`, with the log's end, if one cannot get ready."""
        deadline = time.monotonic() + timeout_s
        waiting = {name: self._members[name].restarts for name in names}
        while waiting := {n: r for n, r in waiting.items() if not self._members[n].ready()}:
            for name, restarts in waiting.items():
                member = self._members[name]
                hopeless = member.restarts - restarts >= HOPELESS_RESTARTS
                if hopeless or time.monotonic() > deadline:
                    raise NotReady(f"{name} does not get ready:\n{member.process.log_tail()}")
            time.sleep(READY_POLL_S)

    def _watch(self) -> None:
        while not self._closing.wait(POLL_S):
            for member in self._members.values():
                # Whoever holds the lock is starting or stopping it right now.
                if member.lock.acquire(blocking=False):
                    try:
                        self._restart_if_ended(member)
                    finally:
                        member.lock.release()

    def _restart_if_ended(self, member: Supervised) -> None:
        if not member.wanted or member.process.running:
            return
        now = time.monotonic()
        if member.due_at is None:
            member.process.kill()  # a container's other processes end with its first
            if now - member.started_at > STEADY_S:
                member.delay_s = FIRST_DELAY_S
            member.due_at = now + member.delay_s
            member.delay_s = min(member.delay_s * 2, LAST_DELAY_S)
        elif now >= member.due_at:
            member.restarts += 1
            member.start()
