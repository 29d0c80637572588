"""Training, development and test part."""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from .fault import EngineFault
from .recording import SAMPLE_RATE, Clip

MIN_RECORDINGS = 8
"""Fewer are cut by block: a single one would hold too much of the audio."""

MAX_OVERSHOOT = 1.5
"""A held-out part may be this many times the share asked for, and the share this many times it."""

DEV_CLIPS = 6
"""Clips of usual length that the development part wants at least: four tell nothing."""

MAX_DEV_SHARE = 0.25
"""Of all audio, for which the development part may want fewer."""


@dataclass(frozen=True)
class Split:
    """Three disjoint parts, each of at least one clip, and the clips given up between them.

    ``unit`` ``recording``: no recording has clips in two parts. ``block``: there are too few
    recordings, or too uneven ones; parts are contiguous, and where a cut falls inside a recording
    what shares audio with the later part is in neither (``gap``), and one clip more if enough are
    left.
    """

    train: tuple[Clip, ...]
    dev: tuple[Clip, ...]
    test: tuple[Clip, ...]
    gap: tuple[Clip, ...]
    unit: Literal["recording", "block"]


@dataclass(frozen=True)
class Shares:
    """Seconds of audio wanted for the held-out parts."""

    test: float
    dev: float


def rank(name: str) -> bytes:
    """A recording's place in the draw: from its name alone, the same on every machine."""
    return hashlib.sha256(name.encode()).digest()


def audio_seconds(clips: Iterable[Clip]) -> float:
    """How much audio clips have, each sample once: captions that roll say the same again."""
    samples, recording, heard = 0, "", 0
    for clip in sorted(clips, key=lambda each: (each.recording, each.begin)):
        if clip.recording != recording:
            recording, heard = clip.recording, 0
        samples += max(0, clip.stop - max(heard, clip.begin))
        heard = max(heard, clip.stop)
    return samples / SAMPLE_RATE


def split(clips: Sequence[Clip], shares: Shares) -> Split:
    """Hold out whole recordings by the rank of their names, or blocks where that cannot be.

    The lowest ranks are the test part and the next ones the development part, so that a
    recording that is added or removed moves few others. Needs three clips at least.

    Raises:
        EngineFault: ``too-few-segments`` if no audio can be held out without being trained on.
    """
    shares = Shares(shares.test, max(shares.dev, _least_to_develop_on(clips)))
    groups: dict[str, list[Clip]] = {}
    for clip in clips:
        groups.setdefault(clip.recording, []).append(clip)
    ordered = [groups[name] for name in sorted(groups, key=rank)]
    return _by_recording(ordered, shares) or _by_block(ordered, shares)


def _least_to_develop_on(clips: Sequence[Clip]) -> float:
    return audio_seconds(clips) * min(DEV_CLIPS / len(clips), MAX_DEV_SHARE)


def _by_recording(groups: list[list[Clip]], shares: Shares) -> Split | None:
    if len(groups) < MIN_RECORDINGS:
        return None
    test, rest = _draw(groups, shares.test)
    dev, train = _draw(rest, shares.dev)
    parts = ((test, shares.test), (dev, shares.dev))
    short = any(audio_seconds(_flat(part)) * MAX_OVERSHOOT < wanted for part, wanted in parts)
    if short or not train:
        return None
    return Split(_flat(train), _flat(dev), _flat(test), (), "recording")


def _flat(groups: Iterable[list[Clip]]) -> tuple[Clip, ...]:
    return tuple(clip for group in groups for clip in group)


def _draw(groups: list[list[Clip]], wanted: float) -> tuple[list[list[Clip]], list[list[Clip]]]:
    """The first recordings up to the wanted seconds, over those that would be far too long."""
    drawn: list[list[Clip]] = []
    left: list[list[Clip]] = []
    total = 0.0
    for group in groups:
        length = audio_seconds(group)
        if total < wanted and total + length <= wanted * MAX_OVERSHOOT:
            drawn.append(group)
            total += length
        else:
            left.append(group)
    return drawn, left


def _by_block(groups: list[list[Clip]], shares: Shares) -> Split:
    line = list(_flat(groups))
    test, line, gap_before_test = _cut(line, shares.test, reserve=2)
    dev, line, gap_before_dev = _cut(line, shares.dev, reserve=1)
    return Split(tuple(line), tuple(dev), tuple(test), (*gap_before_dev, *gap_before_test), "block")


def _cut(
    line: list[Clip], wanted: float, reserve: int
) -> tuple[list[Clip], list[Clip], list[Clip]]:
    """The end of the line up to the wanted seconds, what stays, and what is given up between.

    At least one clip is cut off and ``reserve`` clips stay. Given up is what shares audio with what
    is cut off, and the clip before that where more than ``reserve`` are left.

    Raises:
        EngineFault: ``too-few-segments`` where so few can stay only with audio of what is cut off.
    """
    places = range(reserve, len(line) - 1)
    place = reserve + bisect_left(
        places, x=True, key=lambda each: audio_seconds(line[each:]) <= wanted
    )
    cut, recording = line[place:], line[place].recording
    begin = min(clip.begin for clip in cut if clip.recording == recording)
    kept = [each for each in line[:place] if each.recording != recording or each.stop <= begin]
    if len(kept) < reserve:
        message = "The usable segments are too few, or overlap too much, to hold some out."
        raise EngineFault("too-few-segments", message, fault="data")
    if len(kept) > reserve and kept[-1].recording == recording:
        kept.pop()
    staying = set(kept)
    return cut, kept, [each for each in line[:place] if each not in staying]
