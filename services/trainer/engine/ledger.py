"""What becomes of the audio: every sample is used, or dropped for a reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .recording import SAMPLE_RATE, Clip, Recording

PAUSE = SAMPLE_RATE
"""Samples: a silence up to this long between two cues is a pause, not audio that lacks a text."""


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

    def sums(self) -> list[dict[str, object]]:
        """``[{file, reason, seconds}]``, a row a file and reason, in order of first appearance."""
        found: dict[tuple[str, str], int] = {}
        for drop in self.drops:
            key = (drop.file, drop.reason)
            found[key] = found.get(key, 0) + drop.stop - drop.begin
        return [
            {"file": file, "reason": reason, "seconds": round(samples / SAMPLE_RATE, 3)}
            for (file, reason), samples in found.items()
        ]

    def rows(self) -> list[dict[str, object]]:
        """``[{file, start, end, reason}]`` in order of time in each file, seconds."""
        return [
            {
                "file": drop.file,
                "start": round(drop.begin / SAMPLE_RATE, 3),
                "end": round(drop.stop / SAMPLE_RATE, 3),
                "reason": drop.reason,
            }
            for drop in self.drops
        ]


Span = tuple[int, int]


def account(
    recordings: Sequence[Recording], clips: Iterable[Clip], drops: Iterable[Drop]
) -> Ledger:
    """Book every sample once: as used, else under its first drop, else as without a cue.

    What is neither in a clip nor in a drop is ``pause`` between two of them where it is short,
    else ``no-cue``.
    """
    used: dict[str, list[Span]] = {each.name: [] for each in recordings}
    lost: dict[str, list[Drop]] = {each.name: [] for each in recordings}
    for clip in clips:
        used[clip.recording].append((clip.begin, clip.stop))
    for drop in drops:
        lost[drop.file].append(drop)
    total = 0
    booked: list[Drop] = []
    for recording in recordings:
        covered = _union(used[recording.name])
        total += sum(stop - begin for begin, stop in covered)
        rows: list[Drop] = []
        for drop in lost[recording.name]:
            span = (max(0, drop.begin), min(recording.samples, drop.stop))
            for begin, stop in _outside(span, covered):
                rows.append(Drop(drop.file, begin, stop, drop.reason))
                covered = _union([*covered, (begin, stop)])
        for begin, stop in _outside((0, recording.samples), covered):
            inner = begin > 0 and stop < recording.samples
            reason = "pause" if inner and stop - begin <= PAUSE else "no-cue"
            rows.append(Drop(recording.name, begin, stop, reason))
        booked += sorted(rows, key=lambda row: row.begin)
    return Ledger(total, tuple(booked))


def _union(spans: Iterable[Span]) -> list[Span]:
    """The same samples as disjoint spans in order."""
    found: list[Span] = []
    for begin, stop in sorted(spans):
        if stop <= begin:
            continue
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], stop))
        else:
            found.append((begin, stop))
    return found


def _outside(span: Span, covered: Sequence[Span]) -> list[Span]:
    """The parts of a span that disjoint spans in order leave free."""
    free: list[Span] = []
    at, end = span
    for begin, stop in covered:
        if at < min(begin, end):
            free.append((at, min(begin, end)))
        at = max(at, stop)
    if at < end:
        free.append((at, end))
    return free
