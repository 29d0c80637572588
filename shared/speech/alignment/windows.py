"""The stretches of a recording in which cues are placed by their own text."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.speech.alignment.values import AlignedCue

LONGEST_SECONDS = 30.0
"""What a model takes at once."""

WANTED_SECONDS = 25.0
MARGIN_SECONDS = 1.0
"""Before the first and after the last cue, at most half of what lies between them and the others:
the times that a cut follows are those of what was heard."""

APART_SECONDS = 2.0
"""Cues that are further apart are in two windows: words must not be drawn over what is said between
them without a text."""

SURE = 0.3
"""Cues that were heard so well are where they were heard: windows are cut between two of them."""


@dataclass(frozen=True)
class Window:
    """From `start` to `end`, in seconds, are the cues with these numbers, and no other."""

    start: float
    end: float
    cues: range


def windows(cues: Sequence[AlignedCue], duration: float) -> list[Window]:
    """Windows in order for all cues, but for those that have no sure place to cut around them."""
    found: list[Window] = []
    begin = 0
    while begin < len(cues):
        stop = _stop(cues, begin)
        window = _around(cues, range(begin, stop), duration)
        if window.end - window.start <= LONGEST_SECONDS:
            found.append(window)
        begin = stop
    return found


def _stop(cues: Sequence[AlignedCue], begin: int) -> int:
    """The last place to cut that keeps the window short enough, else the next one."""
    best: int | None = None
    for stop in range(begin + 1, len(cues) + 1):
        if best is not None and cues[stop - 1].end - cues[begin].start > WANTED_SECONDS:
            return best
        if stop == len(cues):
            return stop
        if min(_sureness(cues[stop - 1]), _sureness(cues[stop])) >= SURE:
            best = stop
            if cues[stop].start - cues[stop - 1].end > APART_SECONDS:
                return stop
    return len(cues)


def _sureness(cue: AlignedCue) -> float:
    return cue.confidence if cue.matched else 0.0


def _around(cues: Sequence[AlignedCue], inside: range, duration: float) -> Window:
    start, end = cues[inside.start].start, cues[inside.stop - 1].end
    before = cues[inside.start - 1].end if inside.start > 0 else 0.0
    after = cues[inside.stop].start if inside.stop < len(cues) else duration
    low = (before + start) / 2 if inside.start > 0 else 0.0
    high = (end + after) / 2 if inside.stop < len(cues) else duration
    return Window(max(low, start - MARGIN_SECONDS), min(high, end + MARGIN_SECONDS), inside)
