"""The words of a transcript found among the words that were heard.

Runs of words that both have only once are held first, so that a passage that one of them lacks is
left out as a whole; between them, the fewest changes make one of the other.
"""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import Levenshtein
from rapidfuzz.fuzz import ratio

from shared.speech.alignment.anchors import RUN, anchors
from shared.speech.alignment.tokens import Token
from shared.speech.alignment.values import HeardWord
from shared.speech.words import normalise

NEAR = 70.0
"""Of 100: words that are so alike in their letters are one word, misheard."""

DEPTH = 8
"""So many times at most anchors are looked for between anchors."""

CELLS = 10**9
"""The most comparisons of two words in one call, some tenths of a second: no other thread runs
meanwhile, not even the one that says that the work goes on."""

SLID = 100
"""So many words at most a passage is moved: further ones are alike by their repetition."""


@dataclass(slots=True)
class Found:
    """What was heard of a token.

    `span` is None where nothing like it was heard; `instead` is then the span of what was heard in
    its place, if anything. `confidence` is 0 unless all of it was heard as it is written.
    """

    span: tuple[float, float] | None = None
    instead: tuple[float, float] | None = None
    confidence: float = 0.0


@dataclass(slots=True)
class _Match:
    """For each part written, its place among the heard ones, and whether they are equal."""

    partners: list[int | None]
    equal: list[bool]


@dataclass(frozen=True, slots=True)
class _Part:
    text: str
    start: float
    end: float
    probability: float


def find(
    tokens: Sequence[Token],
    borders: Collection[int],
    heard: Sequence[HeardWord],
    language: str,
    tick: Callable[[], None] = lambda: None,
) -> list[Found]:
    """What was heard of each token; spans follow each other in order.

    `heard` is in order and does not overlap. `borders` are the numbers of tokens that begin a
    sentence: a passage that was not heard is rather a whole one. `tick` is called now and then,
    and may raise.

    Between anchors the cost is the product of both lengths, 64 words at a time; memory is linear.
    Where there is no anchor over more than `CELLS` of that product, equal shares are matched.
    100,000 words, a day of speech, take about 4 s on one core where a fifth was misheard, and
    300,000 Chinese characters 10 s; 50,000 words against 50,000 quite other ones 1 s.
    """
    written = [(part, number) for number, token in enumerate(tokens) for part in token.parts]
    listened = [part for word in heard for part in _parts(word, language)]
    texts, sounds = [text for text, _ in written], [part.text for part in listened]
    match = _matched(texts, sounds, tick)
    begins = {at for at, (_, number) in enumerate(written) if number in borders}
    firsts = {at for at, (one, other) in enumerate(pairwise(written), 1) if one[1] != other[1]}
    _slide(match, texts, begins & (firsts | {0}))
    found = [Found() for _ in tokens]
    shares: list[list[float]] = [[] for _ in tokens]
    for at, (text, number) in enumerate(written):
        partner = match.partners[at]
        shares[number].append(0.0)
        if partner is None:
            continue
        part, here = listened[partner], found[number]
        if match.equal[at]:
            shares[number][-1] = part.probability
        if match.equal[at] or ratio(text, part.text) >= NEAR:
            here.span = _joined(here.span, part)
        else:
            here.instead = _joined(here.instead, part)
    for here, each in zip(found, shares, strict=True):
        here.confidence = sum(each) / len(each) if each and min(each) > 0 else 0.0
    return found


def _joined(span: tuple[float, float] | None, part: _Part) -> tuple[float, float]:
    return (part.start, part.end) if span is None else (span[0], part.end)


def _parts(word: HeardWord, language: str) -> list[_Part]:
    """What a heard word is compared by, each part with an equal share of its time."""
    texts = normalise(word.text, language).split()
    share = (word.end - word.start) / max(1, len(texts))
    return [
        _Part(
            text,
            word.start + share * number,
            min(word.end, word.start + share * (number + 1)),
            word.probability,
        )
        for number, text in enumerate(texts)
    ]


def _matched(written: Sequence[str], heard: Sequence[str], tick: Callable[[], None]) -> _Match:
    """Runs that both have once hold; between them the same again, then the fewest changes."""
    match = _Match([None] * len(written), [False] * len(written))
    pending = [(0, len(written), 0, len(heard), 0)]
    while pending:
        at, stop, here, end, depth = pending.pop()
        mine, others = written[at:stop], heard[here:end]
        tick()
        chain = anchors(mine, others) if depth < DEPTH else []
        if not chain:
            shares = max(1, math.ceil(math.sqrt(len(mine) * len(others) / CELLS)))
            for one, other in zip(_shares(mine, shares), _shares(others, shares), strict=True):
                tick()
                _change(match, mine[one], others[other], at + one.start, here + other.start)
            continue
        reached, come = 0, 0
        for left, right in chain:
            if left < reached or right < come:  # it overlaps the one before it
                continue
            pending.append((at + reached, at + left, here + come, here + right, depth + 1))
            for offset in range(RUN):
                _pair(match, at + left + offset, here + right + offset, equal=True)
            reached, come = left + RUN, right + RUN
        pending.append((at + reached, stop, here + come, end, depth + 1))
    return match


def _shares(words: Sequence[str], count: int) -> list[slice]:
    bounds = [len(words) * number // count for number in range(count + 1)]
    return [slice(*each) for each in pairwise(bounds)]


def _change(
    match: _Match, written: Sequence[str], heard: Sequence[str], at: int, here: int
) -> None:
    for step in Levenshtein.opcodes(written, heard):
        if step.tag in {"equal", "replace"}:
            for offset in range(step.src_end - step.src_start):
                mine, other = at + step.src_start + offset, here + step.dest_start + offset
                _pair(match, mine, other, equal=step.tag == "equal")


def _pair(match: _Match, mine: int, other: int, *, equal: bool) -> None:
    match.partners[mine], match.equal[mine] = other, equal


def _slide(match: _Match, written: Sequence[str], begins: Collection[int]) -> None:
    """Move passages that were not heard to where sentences begin, at the same number of changes."""
    start = 0
    while start < len(written):
        if match.partners[start] is not None:
            start += 1
            continue
        stop = start
        while stop < len(written) and match.partners[stop] is None:
            stop += 1
        if start not in begins:
            stop = _slid(match, written, begins, start, stop)
        start = stop


def _slid(
    match: _Match, written: Sequence[str], begins: Collection[int], start: int, stop: int
) -> int:
    """Move one passage, backwards or else forwards; where it stops then."""
    partners, equal = match.partners, match.equal
    at, end = start, stop
    while start - SLID < at and at > 0 and equal[at - 1] and written[at - 1] == written[end - 1]:
        at, end = at - 1, end - 1
        if at in begins:
            for offset in range(start - at):
                partners[stop - 1 - offset] = partners[start - 1 - offset]
                equal[stop - 1 - offset] = True
                partners[start - 1 - offset], equal[start - 1 - offset] = None, False
            return stop
    at, end = start, stop
    while at < start + SLID and end < len(written) and equal[end] and written[at] == written[end]:
        at, end = at + 1, end + 1
        if at in begins:
            for offset in range(at - start):
                partners[start + offset], equal[start + offset] = partners[stop + offset], True
                partners[stop + offset], equal[stop + offset] = None, False
            return end
    return stop
