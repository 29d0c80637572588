"""The two limits on a cue: under 0.5 s it is dropped, over 30 s it is split."""

import math
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

MIN_SECONDS = 0.5
MAX_SECONDS = 30.0

# Scripts written without spaces, where any letter may begin a piece: Thai and Lao, Myanmar,
# Khmer, kana, Han. Sorted, inclusive.
_UNSPACED = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3040, 0x30FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x323AF),
)


@dataclass(frozen=True, slots=True)
class Cue:
    """A text and the seconds of the recording, below 1e9, in which it is spoken."""

    start: float
    end: float
    text: str

    @property
    def seconds(self) -> float:
        """How long the cue lasts."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Dropped:
    """Seconds that no segment uses, and why: `cue-too-short` or `no-text`."""

    start: float
    end: float
    reason: str

    @property
    def seconds(self) -> float:
        """How much is lost."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Segmentation:
    """The segments that train, each 0.5 to 30 s long, and all seconds that do not."""

    kept: tuple[Cue, ...]
    dropped: tuple[Dropped, ...]

    @property
    def kept_seconds(self) -> float:
        """The seconds that train; those of overlapping cues count for each."""
        return math.fsum(cue.seconds for cue in self.kept)

    @property
    def dropped_seconds(self) -> float:
        """The seconds in the ledger."""
        return math.fsum(drop.seconds for drop in self.dropped)


def segment(cues: Iterable[Cue]) -> Segmentation:
    """Apply both limits; every second of every cue is in a segment or in a `Dropped`."""
    kept: list[Cue] = []
    dropped: list[Dropped] = []
    for cue in cues:
        if _measured(cue) < MIN_SECONDS:
            dropped.append(Dropped(cue.start, cue.end, "cue-too-short"))
            continue
        pieces = split(cue)
        kept += pieces
        reached = pieces[-1].end if pieces else cue.start
        if reached < cue.end:
            dropped.append(Dropped(reached, cue.end, "no-text"))
    return Segmentation(tuple(kept), tuple(dropped))


def _measured(cue: Cue) -> float:
    """Seconds to the microsecond: as floats, 64.1 - 63.6 is not quite half a second."""
    return round(cue.seconds, 6)


def split(cue: Cue) -> tuple[Cue, ...]:
    """Cut a cue over 30 s into the fewest equal spans, its text in proportion at word ends.

    The pieces follow each other without a gap from the cue's start, each with one word at
    least, and their words in order are the cue's. They reach the cue's end unless it has fewer
    words than spans: so a cue that claims a year costs no more than its text. A cue of 30 s or
    less is returned as it is, none when it has no text.
    """
    ends = _word_ends(cue.text)
    if not ends:
        return ()
    if _measured(cue) <= MAX_SECONDS:
        return (cue,)
    return _pieces(cue, ends, _equal_times(cue, len(ends)))


def divide(cue: Cue, count: int) -> tuple[Cue, ...]:
    """Cut a cue into so many equal spans, its text in proportion at word ends.

    Fewer where it has fewer words, none when it has no text. The pieces follow each other
    without a gap from the cue's start to its end, and their words in order are the cue's.
    """
    ends = _word_ends(cue.text)
    count = min(count, len(ends))
    if not count:
        return ()
    times = [cue.start + cue.seconds * k / count for k in range(count)]
    return _pieces(cue, ends, [*times, cue.end])


def _pieces(cue: Cue, ends: list[int], times: list[float]) -> tuple[Cue, ...]:
    count = len(times) - 1
    offsets = _text_offsets(cue.text, ends, count)
    return tuple(
        Cue(times[k], times[k + 1], cue.text[offsets[k] : offsets[k + 1]].strip())
        for k in range(count)
    )


def _equal_times(cue: Cue, most: int) -> list[float]:
    """Give the bounds of the first equal spans, so many as to be 30 s at most after rounding."""
    count = math.ceil(cue.seconds / MAX_SECONDS)
    while True:
        times = [cue.start + cue.seconds * k / count for k in range(min(count, most + 1))]
        if count <= most:
            times.append(cue.end)
        if all(after - before <= MAX_SECONDS for before, after in pairwise(times)):
            return times
        count += 1


def _text_offsets(text: str, ends: list[int], count: int) -> list[int]:
    """Give `count + 1` offsets at word ends near to equal shares, a word at least between two."""
    offsets = [0]
    chosen = 0
    for k in range(1, count):
        share = len(text) * k / count
        nearest = bisect_left(ends, share)
        if nearest == len(ends) or (
            nearest > 0 and share - ends[nearest - 1] < ends[nearest] - share
        ):
            nearest -= 1
        chosen = min(max(nearest + 1, chosen + 1), len(ends) - (count - k))
        offsets.append(ends[chosen - 1])
    return [*offsets, len(text)]


def _word_ends(text: str) -> list[int]:
    """The offsets after each word; a letter of an unspaced script counts as a word."""
    ends = [
        at
        for at in range(1, len(text))
        if not text[at - 1].isspace() and (text[at].isspace() or _begins_unspaced(text[at]))
    ]
    return [*ends, len(text)] if text and not text[-1].isspace() else ends


def _begins_unspaced(letter: str) -> bool:
    code = ord(letter)
    return (
        code >= _UNSPACED[0][0]
        and any(low <= code <= high for low, high in _UNSPACED)
        and unicodedata.category(letter)[0] == "L"
    )
