"""Progress of the whole from the progress of its phases."""

import time
from collections.abc import Callable

from .fault import Interrupted
from .job import Phase, Progress

BANDS: dict[Phase, tuple[float, float]] = {
    "preparing": (0, 3),
    "baseline": (3, 22),
    "encoding": (22, 36),
    "training": (36, 82),
    "blending": (82, 89),
    "exporting": (89, 95),
    "evaluating": (95, 100),
}
"""Percent of the whole at which a phase begins and ends, by its usual share of the time."""

LOSS_POINTS = 200

TELLING = 5
"""Percent of the whole after which its pace is worth telling."""


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
        self._bands = BANDS
        self.loss: list[tuple[int, float]] = []
        self.seconds: dict[str, float] = {}

    def enter(self, phase: Phase) -> None:
        """Begin a phase."""
        now = time.monotonic()
        self.seconds[self._phase] = round(now - self._phase_began, 2)
        self._phase, self._phase_began, self._phase_from = phase, now, 0.0
        self.tick(0.0)

    def widen(self, phase: Phase, share: float) -> None:
        """Give a phase so much of the whole beyond its usual part; the others share the rest."""
        at, extra = self._bands[phase][1], 100 * share
        moved = {each: [edge * (1 - share) for edge in band] for each, band in self._bands.items()}
        for each, (low, high) in self._bands.items():
            moved[each][0] += extra if low >= at else 0
            moved[each][1] += extra if high >= at else 0
        self._bands = {each: (low, high) for each, (low, high) in moved.items()}

    def skip(self, share: float) -> None:
        """A share of the phase that an earlier run did: it says nothing about the speed."""
        self._phase_from = share

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

    def _remaining(self, share: float) -> float | None:
        """Seconds to go, by the pace of this phase once it is known, else by that of the whole."""
        low, high = self._bands[self._phase]
        gained = (share - self._phase_from) * (high - low)
        if gained >= 0.15 * (high - low):
            pace = (time.monotonic() - self._phase_began) / gained
        elif self._percent >= TELLING and self._phase_from == 0.0:
            pace = (time.monotonic() - self._began) / self._percent
        else:
            return None
        return round(pace * (100 - self._percent), 1)

    def _curve(self) -> tuple[tuple[int, float], ...]:
        stride = max(1, len(self.loss) // LOSS_POINTS)
        return tuple(self.loss[::stride])
