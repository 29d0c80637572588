"""Long segments cut at words, text and time together.

A model that hears the audio gives words with times; what is written is matched with them, and takes
over their times. A long segment is then cut in pauses between words that were heard as written.
"""

from collections.abc import Callable, Sequence
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

    ``quietest`` gives the most silent moment between two times.
    """
    if not words:
        return Aligned((), ((segment.start, segment.end),))
    borders = _borders(segment, words, quietest)
    pieces: list[Segment] = []
    dropped: list[tuple[float, float]] = []
    reached = segment.start
    places = sorted(borders)
    at = 0
    while at < len(places) - 1:
        first = places[at]
        to = _end_of_piece(places, borders, words, at)
        last = places[to]
        start, end = borders[first], borders[last]
        chosen = words[first:last]
        known = sum(each.sure for each in chosen) >= HEARD_SHARE * len(chosen)
        if MIN_SECONDS <= end - start <= MAX_SECONDS and known:
            if reached < start:
                dropped.append((reached, start))
            text = segment.text[chosen[0].begin : chosen[-1].stop]
            pieces.append(Segment(start, end, text))
            reached = end
        at = to
    if reached < segment.end:
        dropped.append((reached, segment.end))
    return Aligned(tuple(pieces), tuple(dropped))


def _borders(
    segment: Segment, words: Sequence[Placed], quietest: Callable[[float, float], float]
) -> dict[int, float]:
    """Where a piece may begin or end, by the number of the word after it."""
    found = {
        number: quietest(before.end, after.start)
        for number, (before, after) in enumerate(pairwise(words), 1)
        if before.sure and after.sure
    }
    first, last = words[0], words[-1]
    found[0] = max(segment.start, first.start - LEAD) if first.sure else segment.start
    found[len(words)] = min(segment.end, last.end + LEAD) if last.sure else segment.end
    return found


def _end_of_piece(
    places: Sequence[int], borders: dict[int, float], words: Sequence[Placed], at: int
) -> int:
    """The place after `at` where the piece ends best: all that is left, else the longest pause."""
    start = borders[places[at]]
    if borders[places[-1]] - start <= LONGEST:
        return len(places) - 1
    inner = range(at + 1, len(places) - 1)
    within = list(takewhile(lambda to: borders[places[to]] - start <= LONGEST, inner))
    if not within:
        return at + 1
    late = [to for to in within if borders[places[to]] - start >= SHORTEST]
    if not late:
        return within[-1]
    return max(late, key=lambda to: words[places[to]].start - words[places[to] - 1].end)
