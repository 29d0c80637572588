"""How often one organisation, or one address without a good token, may ask this process."""

import math
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from nameko.extensions import DependencyProvider

from shared.errors import ArgotError

MAX_REMEMBERED = 10_000


class RateLimited(ArgotError):
    """Too many requests; another one is answered after so many whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("rate-limited", f"Too many requests; try again in {retry_after} s")
        self.retry_after = retry_after


class Limiter:
    """A token bucket for each key: `burst` requests at once, then `rate` a second; 0: no limit.

    A bucket is the moment at which it will be full again, so a full one need not be kept.
    """

    def __init__(
        self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._interval = 1 / rate if rate else 0.0
        self._depth = self._interval * burst
        self._clock = clock
        self._full_at: dict[str, float] = {}

    def take(self, key: str) -> None:
        """Count one request of `key`. Raises `RateLimited`, and does not count it then."""
        if not self._interval:
            return
        now = self._clock()
        full_at = max(self._full_at.get(key, now), now) + self._interval
        late = full_at - now - self._depth
        if late > self._interval * 1e-6:
            raise RateLimited(max(1, math.ceil(late)))
        if len(self._full_at) >= MAX_REMEMBERED:
            self._forget_full(now)
        self._full_at[key] = full_at

    def _forget_full(self, now: float) -> None:
        """Keep those that wait; none where that would still be too many."""
        waiting = {key: at for key, at in self._full_at.items() if at > now}
        self._full_at = waiting if len(waiting) < MAX_REMEMBERED else {}


class Limits(NamedTuple):
    """The two kinds of buckets."""

    organisations: Limiter
    strangers: Limiter


class RateLimits(DependencyProvider):  # type: ignore[misc]
    """Injects the buckets of this process."""

    def setup(self) -> None:
        """As the settings say."""
        settings = self.container.config["settings"]
        self._limits = Limits(
            organisations=Limiter(settings.rate_limit, settings.rate_burst),
            strangers=Limiter(settings.failed_rate_limit, settings.failed_rate_burst),
        )

    def get_dependency(self, _worker_ctx: Any) -> Limits:
        """The buckets."""
        return self._limits
