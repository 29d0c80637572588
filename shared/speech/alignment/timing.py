"""Times for cues: those of the words that were heard, and guesses next to them for the others."""

import math
from collections.abc import Sequence
from dataclasses import replace

from shared.speech.alignment.cutting import Transcript
from shared.speech.alignment.values import AlignedCue, AlignedWord

MATCHED_SHARE = 0.4
"""A cue of whose words fewer were heard, as they are written or nearly so, is not in the audio."""

SECONDS_PER_LETTER = 0.07
"""What a word that was not heard is given at most: about 14 letters a second."""

SLOW = 2
PAUSE_SECONDS = 0.5
"""What was heard in place of words at a cue's border is theirs, unless it is slow or apart."""

UNMATCHED_SECONDS = 1.0
"""A cue that is not in the audio is shown so long at most."""

Span = tuple[float, float]


def is_matched(transcript: Transcript, words: range) -> bool:
    """Whether the cue's text is in the audio; that of punctuation alone never is."""
    spoken = [at for at in words if transcript.tokens[at].parts]
    known = sum(transcript.found[at].span is not None for at in spoken)
    return known > 0 and known >= MATCHED_SHARE * len(spoken)


def time(transcript: Transcript, cues: Sequence[range], text: str, end: float) -> list[AlignedCue]:
    """The cues with times from 0 to `end` that never go back and do not overlap."""
    matched = [is_matched(transcript, words) for words in cues]
    limits, limit = [end] * len(cues), end
    for at in range(len(cues) - 1, -1, -1):
        limits[at] = limit  # where the next cue that is in the audio begins
        if matched[at]:
            limit = min(span[0] for span in _known(transcript, cues[at]).values())
    timed: list[AlignedCue] = []
    reached = 0.0
    for words, known, until in zip(cues, matched, limits, strict=True):
        place = _place_heard if known else _place_unheard
        spans = place(transcript, words, reached, until)
        reached = spans[-1][1]
        timed.append(_cue(transcript, words, spans, text, matched=known))
    return timed


def _known(transcript: Transcript, words: range) -> dict[int, Span]:
    found = transcript.found
    return {at: span for at in words if (span := found[at].span) is not None}


def _place_heard(transcript: Transcript, words: range, reached: float, until: float) -> list[Span]:
    """The words before the first and after the last one heard stay close to them."""
    known = _known(transcript, words)
    first, last = min(known), max(known)
    lead, tail = range(words.start, first), range(last + 1, words.stop)
    start, end = known[first][0], known[last][1]
    begin = start - _longest(transcript, lead)
    for misheard in _misheard(transcript, lead[:1]):
        if misheard[0] >= start - _farthest(transcript, lead):
            begin = misheard[0]
    spans = _spread(transcript, lead, max(reached, begin), start)
    at = first
    while at <= last:
        after = at
        while after not in known:
            after += 1
        if after > at:
            spans += _spread(transcript, range(at, after), spans[-1][1], known[after][0])
        spans.append(known[after])
        at = after + 1
    finish = end + _longest(transcript, tail)
    for misheard in _misheard(transcript, tail[-1:]):
        if misheard[1] <= end + _farthest(transcript, tail):
            finish = misheard[1]
    return spans + _spread(transcript, tail, end, min(until, finish))


def _place_unheard(
    transcript: Transcript, words: range, reached: float, until: float
) -> list[Span]:
    """Where something else was heard in place of the text, else after what was said before it."""
    others = _misheard(transcript, words)
    start = min(max(reached, others[0][0]), until) if others else min(reached, until)
    longest = min(UNMATCHED_SECONDS, _longest(transcript, words))
    return _spread(transcript, words, start, min(until, start + longest))


def _misheard(transcript: Transcript, words: range) -> list[Span]:
    """Of what was heard in place of the words."""
    found = transcript.found
    return [span for at in words if (span := found[at].instead) is not None]


def _longest(transcript: Transcript, words: range) -> float:
    return SECONDS_PER_LETTER * sum(_weight(transcript, at) for at in words)


def _farthest(transcript: Transcript, words: range) -> float:
    return SLOW * _longest(transcript, words) + PAUSE_SECONDS


def _weight(transcript: Transcript, at: int) -> int:
    token = transcript.tokens[at]
    return token.width if token.parts else 0


def _spread(transcript: Transcript, words: range, start: float, end: float) -> list[Span]:
    """Times in proportion to letters."""
    total = sum(_weight(transcript, at) for at in words)
    spans: list[Span] = []
    written, reached = 0, start
    for at in words:
        written += _weight(transcript, at)
        until = end if written == total > 0 else start + (end - start) * written / max(1, total)
        until = min(end, max(reached, until))
        spans.append((reached, until))
        reached = until
    return spans


def _cue(
    transcript: Transcript, words: range, spans: Sequence[Span], text: str, *, matched: bool
) -> AlignedCue:
    tokens, found = transcript.tokens, transcript.found
    sure = [found[at].confidence if matched else 0.0 for at in words]
    spoken = sum(bool(tokens[at].parts) for at in words)
    return AlignedCue(
        start=rounded(spans[0][0]),
        end=rounded(spans[-1][1]),
        text=text[tokens[words.start].begin : tokens[words.stop - 1].stop],
        confidence=round(sum(sure) / spoken, 4) if spoken else 0.0,
        matched=matched,
        words=tuple(
            AlignedWord(rounded(start), rounded(end), tokens[at].text, round(confidence, 4))
            for at, (start, end), confidence in zip(words, spans, sure, strict=True)
        ),
    )


def rounded(seconds: float) -> float:
    """Down to the millisecond, so that none is after the end of the audio."""
    return math.floor(seconds * 1000 + 1e-6) / 1000


def in_order(cues: Sequence[AlignedCue], end: float) -> list[AlignedCue]:
    """The cues with times from 0 to `end`, none before the end of the one before it.

    A cue that is not in the audio gives way to the next one that is.
    """
    limits, limit = [end] * len(cues), end
    for at in range(len(cues) - 1, -1, -1):
        limits[at] = end if cues[at].matched else limit
        if cues[at].matched:
            limit = min(limit, cues[at].start)
    ordered: list[AlignedCue] = []
    reached = 0.0
    for cue, until in zip(cues, limits, strict=True):
        ordered.append(within(cue, reached, max(reached, until)))
        reached = ordered[-1].end
    return ordered


def within(cue: AlignedCue, low: float, high: float) -> AlignedCue:
    """The cue with all of its times between two."""

    def moved(seconds: float) -> float:
        return min(max(seconds, low), high)

    words = tuple(replace(word, start=moved(word.start), end=moved(word.end)) for word in cue.words)
    return replace(cue, start=moved(cue.start), end=moved(cue.end), words=words)
