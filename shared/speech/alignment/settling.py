"""The borders of captions, moved to where speech begins and ends.

The times of words are a tenth of a second off, and more at pauses; how loud it is tells better.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from shared.speech.alignment.loudness import Frames
from shared.speech.alignment.timing import Span, in_order, rounded, within
from shared.speech.alignment.values import AlignedCue

SECOND = 100
"""Frames."""

SLACK_SECONDS = 0.4
"""A border is so far off, or half a word, where it should lie inside its cue."""

REACH_SECONDS = 1.0
"""A border is so far off at most, where it should lie outside."""

PAUSE_SECONDS = 0.1
"""What is shorter is in a word."""

LONGER_SECONDS = 2.0
"""By so much at most a pause is longer than it was looked for: the word beside it was drawn out."""

SPEECH = 20.0
"""Decibels, summed over frames, that end a pause: a tenth of a second of soft speech."""


def settle(cues: Sequence[AlignedCue], activity: Frames, end: float) -> list[AlignedCue]:
    """The same cues with borders at pauses, where there is one near, from 0 to `end`.

    `activity` is above 0 where somebody speaks, each 10 ms. Cues that are not in the audio stay
    where they are, but that they follow the others.
    """
    settled = list(cues)
    matched = [at for at, cue in enumerate(cues) if cue.matched]
    spans = _settled([cues[at] for at in matched], activity)
    for at, span in zip(matched, spans, strict=True):
        settled[at] = _moved(cues[at], span)
    return in_order(settled, end)


def _settled(cues: Sequence[AlignedCue], activity: Frames) -> list[Span]:
    """Where each begins and ends."""
    starts, ends = [each.start for each in cues], [each.end for each in cues]
    for at in range(len(cues) + 1):
        begin = max(starts[at - 1], _earliest(cues[at - 1])) if at > 0 else None
        stop = _latest(cues[at]) if at < len(cues) else None
        near = 0 < at < len(cues) and starts[at] - ends[at - 1] <= 2 * REACH_SECONDS
        if begin is not None and stop is not None and near:
            pause = _pause(activity, begin, stop)
            ends[at - 1], starts[at] = pause or (ends[at - 1], starts[at])
            continue
        if begin is not None and (pause := _pause(activity, begin, ends[at - 1] + REACH_SECONDS)):
            ends[at - 1] = pause[0]
        if stop is not None and (pause := _pause(activity, starts[at] - REACH_SECONDS, stop)):
            starts[at] = pause[1]
    return list(zip(starts, ends, strict=True))


def _earliest(cue: AlignedCue) -> float:
    """Where its end is at the earliest, unless it is quiet before."""
    word = cue.words[-1]
    inside = min((word.start + word.end) / 2, cue.end - SLACK_SECONDS)
    return max((cue.start + cue.end) / 2, inside)


def _latest(cue: AlignedCue) -> float:
    """Where its start is at the latest, unless it is quiet after."""
    word = cue.words[0]
    inside = max((word.start + word.end) / 2, cue.start + SLACK_SECONDS)
    return min((cue.start + cue.end) / 2, inside)


def _pause(activity: Frames, begin: float, end: float) -> Span | None:
    """The stretch between two times that is the most quiet by length and depth, if there is one."""
    first, last = max(0, round(begin * SECOND)), min(len(activity), round(end * SECOND))
    if last <= first:
        return None
    sums = np.concatenate([[0.0], np.cumsum(activity[first:last], dtype=float)])
    highest = np.maximum.accumulate(sums)
    stop = int((sums - highest).argmin())
    start = int(np.flatnonzero(sums[: stop + 1] == highest[stop])[-1])
    if stop - start < PAUSE_SECONDS * SECOND:
        return None
    longer = round(LONGER_SECONDS * SECOND)
    before = _quiet(activity[max(0, first - longer) : first][::-1]) if start == 0 else 0
    after = _quiet(activity[last : last + longer]) if first + stop == last else 0
    return (first + start - before) / SECOND, (first + stop + after) / SECOND


def _quiet(activity: Frames) -> int:
    """The frames from the beginning before somebody speaks."""
    sums = np.concatenate([[0.0], np.cumsum(activity, dtype=float)])
    spoken = np.flatnonzero(sums - np.minimum.accumulate(sums) > SPEECH)
    return int(sums[: spoken[0] if len(spoken) else None].argmin())


def _moved(cue: AlignedCue, span: Span) -> AlignedCue:
    """The cue from border to border: its outer words reach them, the others stay within."""
    start = rounded(span[0])
    end = max(start, rounded(span[1]))
    pressed = within(cue, start, end)
    words = list(pressed.words)
    words[0] = replace(words[0], start=start)
    words[-1] = replace(words[-1], end=end)
    return replace(cue, start=start, end=end, words=tuple(words))
