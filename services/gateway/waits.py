"""Requests that wait for a transcription: how many at once, how long, and how they end."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import eventlet
from nameko.extensions import DependencyProvider, SharedExtension

from services.gateway.limits import RateLimited
from shared.errors import ArgotError

FIRST_PAUSE_S = 0.1
LAST_PAUSE_S = 1.0
PAUSE_GROWTH = 1.5
COME_AGAIN_S = 5


class Places:
    """`count` at once, of which one organisation has half at most, and one at least."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._share = max(1, count // 2)
        self._taken: Counter[str] = Counter()

    @contextmanager
    def place(self, organisation_id: str) -> Iterator[None]:
        """Hold a place. Raises `RateLimited`."""
        if self._taken.total() >= self._count or self._taken[organisation_id] >= self._share:
            raise RateLimited(COME_AGAIN_S)
        self._taken[organisation_id] += 1
        try:
            yield
        finally:
            self._taken[organisation_id] -= 1
            self._taken += Counter()  # forgets those who have none


class Patience:
    """When to ask again and again, for `seconds` at most and until the process ends."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._ending = False

    def end(self) -> None:
        """Let those who wait give up, so that the process can end in order."""
        self._ending = True

    def moments(self) -> Iterator[None]:
        """One at once, the others after pauses that grow, the last when the time is over.

        Raises `service-unavailable` where the process ends.
        """
        deadline = time.monotonic() + self._seconds
        pause = FIRST_PAUSE_S
        yield
        while time.monotonic() < deadline:
            if self._ending:
                raise ArgotError("service-unavailable", "The gateway is stopping")
            eventlet.sleep(pause)
            pause = min(pause * PAUSE_GROWTH, LAST_PAUSE_S)
            yield


class Waits(SharedExtension):  # type: ignore[misc]
    """The places and the patience of this process, for its entrypoint and its workers.

    A waiting request holds a worker, unless its answer has begun, so there are places for half of
    the workers at most.
    """

    def setup(self) -> None:
        """As the settings say."""
        settings = self.container.config["settings"]
        most = max(1, settings.max_workers // 2)
        self.places = Places(min(settings.audio_requests, most))
        self.patience = Patience(settings.transcription_wait_seconds)


class KnownPatience(DependencyProvider):  # type: ignore[misc]
    """Injects the process's `Patience`."""

    waits = Waits()

    def get_dependency(self, _worker_ctx: Any) -> Patience:
        """The one of the process."""
        patience: Patience = self.waits.patience
        return patience
