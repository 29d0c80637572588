"""What becomes of the audio: every sample is used, or dropped for a reason."""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush, nlargest, nsmallest
from itertools import pairwise
from typing import Any, NamedTuple

from .recording import SAMPLE_RATE, Clip, Recording

PAUSE = SAMPLE_RATE
"""Samples: a silence up to this long between two cues is a pause, not audio that lacks a text."""

PLACES = 20
"""Of one row of the sums that are told, so that somebody can listen to them."""

ALL_PLACES = 500
"""Of all rows: the sums travel in messages and answers."""


@dataclass(frozen=True)
class Drop:
    """Samples ``[begin, stop)`` of a file that are not used, and why."""

    file: str
    begin: int
    stop: int
    reason: str

    @property
    def seconds(self) -> float:
        """How much is lost."""
        return (self.stop - self.begin) / SAMPLE_RATE


@dataclass(frozen=True)
class Ledger:
    """Used and dropped samples, which add up to all samples of the recordings."""

    used: int
    drops: tuple[Drop, ...]

    @property
    def seconds_used(self) -> float:
        """Audio in at least one clip."""
        return self.used / SAMPLE_RATE

    def use(self, segments: int) -> dict[str, Any]:
        """The ``data`` of the HTTP contract's Training, of which so many segments are used."""
        seconds = round(self.seconds_used, 3)
        return {"segments": segments, "seconds_used": seconds, "dropped": self.sums()}

    def sums(self) -> list[dict[str, object]]:
        """``[{file, reason, seconds, spans}]``, a row a file and reason, as they first appear.

        ``spans`` has the longest places of a row, in order of time; none of pauses, in which there
        is nothing to be heard.
        """
        rows: dict[tuple[str, str], list[_Place]] = {}
        for drop in self.drops:
            places = rows.setdefault((drop.file, drop.reason), [])
            begin = places.pop().begin if places and places[-1].stop == drop.begin else drop.begin
            places.append(_Place(begin, drop.stop))
        told = _told({row: places for row, places in rows.items() if row[1] != "pause"})
        return [
            {
                "file": file,
                "reason": reason,
                "seconds": _seconds(sum(place.samples for place in places)),
                "spans": told.get((file, reason), []),
            }
            for (file, reason), places in rows.items()
        ]

    def rows(self) -> list[dict[str, object]]:
        """``[{file, start, end, reason}]`` in order of time in each file, seconds."""
        return [
            {
                "file": drop.file,
                "start": _seconds(drop.begin),
                "end": _seconds(drop.stop),
                "reason": drop.reason,
            }
            for drop in self.drops
        ]


def account(
    recordings: Sequence[Recording], clips: Iterable[Clip], drops: Iterable[Drop]
) -> Ledger:
    """Book every sample once: as used, else under its first drop, else as without a cue.

    What is neither in a clip nor in a drop is ``pause`` between two of them where it is short,
    else ``no-cue``. Linear in clips and drops, but for their sorting.
    """
    used: dict[str, list[_Span]] = {each.name: [] for each in recordings}
    lost: dict[str, list[Drop]] = {each.name: [] for each in recordings}
    for clip in clips:
        used[clip.recording].append(_Span(clip.begin, clip.stop, _USED))
    for drop in drops:
        lost[drop.file].append(drop)
    total = 0
    booked: list[Drop] = []
    for recording in recordings:
        samples, dropped = recording.samples, lost[recording.name]
        spans = [_Span(each.begin, each.stop, place) for place, each in enumerate(dropped)]
        for begin, stop, owner in _owned(used[recording.name] + spans, samples):
            if owner == _USED:
                total += stop - begin
            elif owner == _NOBODY:
                inner = begin > 0 and stop < samples
                reason = "pause" if inner and stop - begin <= PAUSE else "no-cue"
                booked.append(Drop(recording.name, begin, stop, reason))
            else:
                booked.append(Drop(recording.name, begin, stop, dropped[owner].reason))
    return Ledger(total, tuple(booked))


class _Place(NamedTuple):
    """Samples ``[begin, stop)`` of a row's file."""

    begin: int
    stop: int

    @property
    def samples(self) -> int:
        return self.stop - self.begin


def _told(
    rows: Mapping[tuple[str, str], Sequence[_Place]],
) -> dict[tuple[str, str], list[tuple[float, float]]]:
    """The longest places of each row; where all are too many, every row's longest come first."""
    ranked = (
        (rank, -place.samples, row, place)
        for row, places in rows.items()
        for rank, place in enumerate(nlargest(PLACES, places, key=lambda place: place.samples))
    )
    told: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for *_, row, place in nsmallest(ALL_PLACES, ranked):
        start, end = _seconds(place.begin), _seconds(place.stop)
        if start < end:
            told[row].append((start, end))
    return {row: sorted(spans) for row, spans in told.items()}


def _seconds(samples: int) -> float:
    return round(samples / SAMPLE_RATE, 3)


class _Span(NamedTuple):
    """Samples ``[begin, stop)`` and whose they are; the lowest number of several has them."""

    begin: int
    stop: int
    owner: int


_USED = -1
_NOBODY = sys.maxsize


def _owned(spans: Sequence[_Span], samples: int) -> Iterator[_Span]:
    """All samples from 0, in as few spans as can be, each with the one owner that has it."""
    whole = _Span(0, samples, _NOBODY)
    inside = [_Span(max(0, each.begin), min(samples, each.stop), each.owner) for each in spans]
    pending = sorted((each for each in (whole, *inside) if each.begin < each.stop), reverse=True)
    borders = sorted({border for each in pending for border in each[:2]})
    here: list[tuple[int, int]] = []  # owners of what began before, the lowest first, and stops
    last: _Span | None = None
    for begin, stop in pairwise(borders):
        while pending and pending[-1].begin == begin:
            each = pending.pop()
            heappush(here, (each.owner, each.stop))
        while here[0][1] <= begin:
            heappop(here)
        owner = here[0][0]
        if last and last.owner == owner:
            last = last._replace(stop=stop)
            continue
        if last:
            yield last
        last = _Span(begin, stop, owner)
    if last:
        yield last
