"""Progress of the whole from the progress of its phases."""

import math
import time
from collections.abc import Callable, Mapping

from .fault import Interrupted
from .job import Phase, Progress

PREPARING = 4.0
"""Percent of the whole that reading the data takes, where nothing must be aligned."""

LATER: dict[Phase, float] = {
    "baseline": 19,
    "encoding": 14,
    "checking": 2,
    "training": 44,
    "blending": 7,
    "exporting": 6,
    "evaluating": 5,
}
"""The other phases' usual costs, until the job's own are known."""

LOSS_POINTS = 200

TELLING = 5
"""Percent of the whole after which its pace is worth telling."""

PACED = 0.15
"""Share of a phase after which its own pace counts."""


class Meter:
    """Turns ``(phase, share done)`` into reports whose percent never falls.

    Every tick asks ``should_stop`` and raises Interrupted if it says so.
    """

    def __init__(self, report: Callable[[Progress], None], should_stop: Callable[[], bool]) -> None:
        self._report = report
        self._should_stop = should_stop
        self._phase: Phase = "preparing"
        self._percent = 0.0
        self._phase_began = self._began = time.monotonic()
        self._phase_from = 0.0
        self._bands: dict[Phase, tuple[float, float]] = {}
        self._lay_out(PREPARING, LATER)
        self._skipped = 0.0
        self.loss: list[tuple[int, float]] = []
        self.seconds: dict[str, float] = {}

    def enter(self, phase: Phase, done: float = 0.0) -> None:
        """Begin a phase, of which an earlier run may have done a share: that took no time now."""
        now = time.monotonic()
        self.seconds[self._phase] = round(now - self._phase_began, 2)
        self._phase, self._phase_began, self._phase_from = phase, now, done
        low, high = self._bands[phase]
        self._skipped += done * (high - low)
        self.tick(done)

    def leave_out(self, share: float) -> None:
        """A share of the phase need not be done."""
        low, high = self._bands[self._phase]
        self._skipped += share * (high - low)

    def prepare(self, share: float) -> None:
        """Preparing will take so much of the whole beyond its usual part."""
        self._lay_out(PREPARING * (1 - share) + 100 * share, LATER)

    def expect(self, costs: Mapping[Phase, float]) -> None:
        """Lay out the phases to come by what each will cost, all in one unit."""
        self._lay_out(self._bands["preparing"][1], costs)

    def tick(self, share: float) -> None:
        """The share of the phase that is done, 0 to 1. Raises Interrupted."""
        if self._should_stop():
            raise Interrupted
        low, high = self._bands[self._phase]
        self._percent = max(self._percent, low + (high - low) * min(1.0, share))
        percent = round(self._percent, 1)
        self._report(Progress(self._phase, percent, self._remaining(share), self._curve()))

    def finish(self) -> None:
        """Close the last phase."""
        self.tick(1.0)
        self.seconds[self._phase] = round(time.monotonic() - self._phase_began, 2)

    def _lay_out(self, preparing: float, costs: Mapping[Phase, float]) -> None:
        self._bands["preparing"] = (0.0, preparing)
        low, unit = preparing, (100 - preparing) / sum(costs.values())
        for phase, cost in costs.items():
            self._bands[phase] = (low, low + cost * unit)
            low += cost * unit

    def _remaining(self, share: float) -> float | None:
        """Seconds to go: of this phase by its own pace, once that is known, else by the whole's."""
        low, high = self._bands[self._phase]
        now, done = time.monotonic(), share - self._phase_from
        walked = self._percent - self._skipped
        if walked < TELLING:
            return None
        pace = (now - self._began) / walked
        own = (now - self._phase_began) / (done * (high - low)) if done >= PACED else pace
        # At the end the sum may be a little below zero, and round to -0.0.
        return max(0.0, round(own * (high - self._percent) + pace * (100 - high), 1))

    def _curve(self) -> tuple[tuple[int, float], ...]:
        stride = max(1, math.ceil(len(self.loss) / LOSS_POINTS))
        return tuple(self.loss[::-stride][::-1])
