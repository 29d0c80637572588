"""Long segments cut at words, text and time together.

A model that hears the audio gives words with times; what is written is matched with them, and takes
over their times. A long segment is then cut in pauses between words that were heard as written.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from shared.speech.alignment.matching import find
from shared.speech.alignment.tokens import sentences, tokenise
from shared.speech.alignment.values import HeardWord
from shared.speech.cues import MAX_SECONDS, MIN_SECONDS

from .recording import Segment

LONGEST = MAX_SECONDS - 1.0
"""Seconds: the border of a piece is a guess, and may be moved into its pause."""

SHORTEST = 8.0
"""Seconds: a pause earlier than this is no place to cut, while a later one can be had."""

LEAD = 0.3
"""Seconds before the first word and after the last one that still belong to them."""

HEARD_SHARE = 0.5
"""Of a piece's words at least this many must have been heard as they are written."""

LONGEST_PAUSE = 2.0
"""Seconds between two words: in a longer pause somebody may say what is not written."""

MOST_UNSURE = 10
"""Words in a row that a model may mishear; more are another text, or are not said."""

FEW_UNSURE = 3
"""Words in a row whose time may have gone to their neighbours."""

FASTEST, SLOWEST = 0.1, 1.0
"""Seconds that a word takes."""


@dataclass(frozen=True)
class Placed:
    """A written word, ``text[begin:stop]`` of its segment, and where it is spoken.

    ``sure``: it was heard as it is written; else its times follow from its neighbours.
    """

    begin: int
    stop: int
    start: float
    end: float
    sure: bool


@dataclass(frozen=True)
class Aligned:
    """The pieces of a segment, each of 0.5 to 30 s, and the spans that have none."""

    pieces: tuple[Segment, ...]
    dropped: tuple[tuple[float, float], ...]


def place(segment: Segment, heard: Sequence[HeardWord], language: str) -> list[Placed]:
    """The segment's words in order with their times, which never go back."""
    tokens = tokenise(segment.text, language)
    found = find(tokens, set(sentences(tokens)), heard, language)
    spans = {
        number: span for number, each in enumerate(found) if (span := each.span or each.instead)
    }
    times = _between(segment, len(tokens), spans)
    return [
        Placed(token.begin, token.stop, start, end, each.confidence > 0)
        for token, each, (start, end) in zip(tokens, found, times, strict=True)
    ]


def _between(
    segment: Segment, count: int, spans: dict[int, tuple[float, float]]
) -> list[tuple[float, float]]:
    """Times for all words: those that are known, and equal shares of the time between them."""
    times: list[tuple[float, float]] = []
    reached, number = segment.start, 0
    while number < count:
        following = next((each for each in range(number, count) if each in spans), count)
        until = spans[following][0] if following < count else segment.end
        until = max(reached, until)
        missing = following - number
        for offset in range(missing):
            share = (until - reached) / missing
            times.append((reached + share * offset, reached + share * (offset + 1)))
        if following < count:
            end = max(until, spans[following][1])
            times.append((until, end))
            until = end
        reached, number = until, following + 1
    return times


def cut(
    segment: Segment, words: Sequence[Placed], quietest: Callable[[float, float], float]
) -> Aligned:
    """Pieces of 30 s at most that begin and end in pauses; what has no such place is dropped.

    ``quietest`` gives the most silent moment between two times that are near each other.
    """
    borders = _borders(segment, words, quietest)
    pieces = [
        piece
        for stretch in _stretches(segment, words)
        for piece in _pieces(segment, words, borders, stretch)
    ]
    dropped: list[tuple[float, float]] = []
    reached = segment.start
    for piece in pieces:
        if reached < piece.start:
            dropped.append((reached, piece.start))
        reached = piece.end
    if reached < segment.end:
        dropped.append((reached, segment.end))
    return Aligned(tuple(pieces), tuple(dropped))


def _stretches(segment: Segment, words: Sequence[Placed]) -> Iterator[range]:
    """The words, but for those that are not said where they would have to be.

    A stretch also ends where much is said, or little but for long, that is not written.
    """
    begin = 0
    sure = [number for number, word in enumerate(words) if word.sure]
    for before, after in pairwise([-1, *sure, len(words)]):
        start = words[before].end if before >= 0 else segment.start
        end = words[after].start if after < len(words) else segment.end
        if _astray(after - before - 1, end - start):
            if begin <= before:
                yield range(begin, before + 1)
            begin = after
    if begin < len(words):
        yield range(begin, len(words))


def _astray(unsure: int, seconds: float) -> bool:
    """Whether so many words are not what is said in so much time between two that are."""
    hasty = unsure > FEW_UNSURE and seconds < unsure * FASTEST
    return hasty or unsure > MOST_UNSURE or seconds > LONGEST_PAUSE + unsure * SLOWEST


@dataclass(frozen=True)
class _Borders:
    """When a piece ends, or begins, by the number of the word after its last, or its first."""

    ends: dict[int, float]
    starts: dict[int, float]


def _borders(
    segment: Segment, words: Sequence[Placed], quietest: Callable[[float, float], float]
) -> _Borders:
    """Between words that are sure: the middle of a short pause; of a long one what is near them."""
    found = _Borders({len(words): segment.end}, {0: segment.start})
    sure = [number for number, word in enumerate(words) if word.sure]
    if not sure:
        return found
    first, last = sure[0], sure[-1]
    found.starts[first] = max(segment.start, words[first].start - LEAD)
    found.ends[last + 1] = min(segment.end, words[last].end + LEAD)
    for before, after in pairwise(sure):
        end, start = words[before].end, words[after].start
        if start - end > 2 * LEAD:
            found.ends[before + 1], found.starts[after] = end + LEAD, start - LEAD
        else:
            found.ends[before + 1] = found.starts[after] = quietest(end, start)
    return found


def _pieces(
    segment: Segment, words: Sequence[Placed], borders: _Borders, stretch: range
) -> Iterator[Segment]:
    """Those of a stretch, but for what is too short or too long or was mostly heard otherwise."""
    inner = (
        number for number in stretch[1:] if number in borders.ends and number in borders.starts
    )
    places = [stretch.start, *inner, stretch.stop]
    at = 0
    while at < len(places) - 1:
        to = _end_of_piece(places, borders, words, at)
        start, end = borders.starts[places[at]], borders.ends[places[to]]
        chosen = words[places[at] : places[to]]
        known = sum(each.sure for each in chosen) >= HEARD_SHARE * len(chosen)
        if MIN_SECONDS <= end - start <= MAX_SECONDS and known:
            yield Segment(start, end, segment.text[chosen[0].begin : chosen[-1].stop])
        at = to


def _end_of_piece(
    places: Sequence[int], borders: _Borders, words: Sequence[Placed], at: int
) -> int:
    """The place after `at` where the piece ends best: all that is left, else the longest pause."""
    start = borders.starts[places[at]]
    if borders.ends[places[-1]] - start <= LONGEST:
        return len(places) - 1
    inner = range(at + 1, len(places) - 1)
    within = list(takewhile(lambda to: borders.ends[places[to]] - start <= LONGEST, inner))
    if not within:
        return at + 1
    late = [to for to in within if borders.ends[places[to]] - start >= SHORTEST]
    if not late:
        return within[-1]
    return max(late, key=lambda to: words[places[to]].start - words[places[to] - 1].end)
