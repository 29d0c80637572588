"""Threads that look on: the events on the bus, and the memory of a process with its children."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Self

from argot.bus import CloudEvent, Tap, connected
from argot.errors import ExpectedError

SAMPLE_SECONDS = 0.5


class EventCounter:
    """Counts the events that pass while it is entered, and keeps the first of each name."""

    def __init__(self, amqp_url: str) -> None:
        self._amqp_url = amqp_url
        self._tap: Tap | None = None
        self._opened = threading.Event()
        self._thread = threading.Thread(target=self._run, name="events", daemon=True)
        self.counts: Counter[str] = Counter()
        self.first: dict[str, CloudEvent] = {}

    def __enter__(self) -> Self:
        """Return once nothing that follows can be missed."""
        self._thread.start()
        self._opened.wait()
        if self._tap is None:
            raise ExpectedError("The events cannot be counted: the broker refused a queue.")
        return self

    def __exit__(self, *_: object) -> None:
        if self._tap is not None:
            self._tap.stop()
        self._thread.join()

    def wait_for(self, name: str, number: int, timeout_s: float) -> bool:
        """Whether so many events of this name have passed, within the time."""
        deadline = time.monotonic() + timeout_s
        while self.counts[name] < number:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def _run(self) -> None:
        try:
            with connected(self._amqp_url) as connection:
                self._tap = Tap(connection)
                self._opened.set()
                for event in self._tap.events():
                    self.first.setdefault(event.name, event)
                    self.counts[event.name] += 1
        except ExpectedError as error:
            print(f"the events are no longer counted: {error}", flush=True)
        finally:
            self._opened.set()


class MemoryMeter:
    """The most memory that a process and its children held at one moment, while it is entered.

    `peak_mb` adds the high-water marks of the processes that live at the same time, so pages
    that they share count twice: it is never too low but for a child of under half a second.
    """

    def __init__(self, pid: Callable[[], int | None]) -> None:
        """`pid` is asked each time, as the process may be started again."""
        self._pid = pid
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="memory", daemon=True)
        self.peak_mb = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(SAMPLE_SECONDS):
            pid = self._pid()
            if pid is not None:
                total = sum(map(_high_water_kb, _family(pid)))
                self.peak_mb = max(self.peak_mb, total / 1024)


def _family(pid: int) -> list[int]:
    """The process, its children, and theirs."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue  # it has ended meanwhile
        children.setdefault(int(parent), []).append(int(folder.name))
    found = [pid]
    for each in found:
        found += children.get(each, [])
    return found


def _high_water_kb(pid: int) -> int:
    """The most that was resident of a process; 0 where it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0
