"""A transcript cut into captions, by its own lines, sentences and clauses, and by pauses."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.speech.alignment.matching import Found
from shared.speech.alignment.tokens import Token, ends_clause, may_part

MAX_SECONDS = 7.0
MAX_WIDTH = 84
"""Two lines of 42 letters, as captions have everywhere; a wide letter counts as two."""

MARGIN = 0.2
"""Of a cue's letters so many stay on each side, where it is cut inside a sentence."""


@dataclass(frozen=True)
class Transcript:
    """The words of a transcript, and what was heard of each."""

    tokens: Sequence[Token]
    found: Sequence[Found]
    language: str


def cut(transcript: Transcript, begins: Sequence[int]) -> list[range]:
    """The tokens of each cue, in order, all of them.

    A line that fits is one cue. Else each of its sentences (which begin at `begins`) is, and what
    still does not fit is cut at a clause or a pause, over and over.
    """
    tokens = transcript.tokens
    bounds = [*begins, len(tokens)]
    cues: list[range] = []
    at = 0
    while at < len(begins):
        after = at + 1
        while after < len(begins) and tokens[begins[after]].line == tokens[begins[at]].line:
            after += 1
        whole = range(bounds[at], bounds[after])
        if fits(transcript, whole):
            cues.append(whole)
        else:
            for each in range(at, after):
                cues += _divided(transcript, range(bounds[each], bounds[each + 1]))
        at = after
    return cues


def fits(transcript: Transcript, words: range) -> bool:
    """Whether the words may be one cue: by their letters, and by how long it takes to say them."""
    tokens, found = transcript.tokens, transcript.found
    if len(words) > MAX_WIDTH:  # so that a long text is not read over and over
        return False
    if sum(tokens[at].width + tokens[at].spaced for at in words) - 1 > MAX_WIDTH:
        return False
    spans = [span for at in words if (span := found[at].span) is not None]
    return not spans or spans[-1][1] - spans[0][0] <= MAX_SECONDS


def _divided(transcript: Transcript, words: range) -> list[range]:
    pending, done = [words], []
    while pending:
        piece = pending.pop()
        place = None if fits(transcript, piece) else _best(transcript, piece)
        if place is None:
            done.append(piece)
        else:
            pending += [range(place, piece.stop), range(piece.start, place)]
    return done


def _best(transcript: Transcript, words: range) -> int | None:
    """Where to cut: at the clause, else the word, after the longest pause near the middle."""
    tokens, found = transcript.tokens, transcript.found
    total = sum(tokens[at].width for at in words)
    ranked: list[tuple[int, float, float, int]] = []
    reached = 0
    for at in range(words.start + 1, words.stop):
        reached += tokens[at - 1].width
        before, after = tokens[at - 1], tokens[at]
        if not may_part(before, after):
            continue
        central = min(reached, total - reached) / total
        clause = ends_clause(before, after, transcript.language)
        kind = 0 if central < MARGIN else 1 + clause
        ends, starts = found[at - 1].span, found[at].span
        pause = starts[0] - ends[1] if ends is not None and starts is not None else 0.0
        ranked.append((kind, round(pause, 1) if kind else 0.0, central, at))
    return max(ranked)[-1] if ranked else None
