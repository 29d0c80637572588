"""Cues that are not in the audio, whatever a model believes: nobody speaks so fast.

Where a text is written more often than it is said, a model has no place for the rest. It believes
it all the same, since the text before it says the same.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from shared.speech.alignment.timing import UNMATCHED_SECONDS, in_order, rounded, within
from shared.speech.alignment.values import AlignedCue

HURRIED_SECONDS = 0.04
"""A word that is said has more on the average: of 330 captions of prompts, 0.14 at least."""


def is_hurried(cue: AlignedCue) -> bool:
    """Whether its words have less time than it takes to say them."""
    spoken = sum(any(map(str.isalnum, word.text)) for word in cue.words)
    return cue.end - cue.start < HURRIED_SECONDS * spoken


def doubted(cue: AlignedCue) -> AlignedCue:
    """The cue as one that is not in the audio."""
    words = tuple(replace(word, confidence=0.0) for word in cue.words)
    doubtful = replace(cue, confidence=0.0, matched=False, words=words)
    return within(doubtful, cue.start, rounded(cue.start + UNMATCHED_SECONDS))


def unhurried(cues: Sequence[AlignedCue], end: float) -> list[AlignedCue]:
    """The same cues from 0 to `end`; hurried ones are doubted, and have time if there is any.

    The others stay where they are.
    """
    found: list[AlignedCue] = []
    reached = 0.0
    for cue in cues:
        hurried = is_hurried(cue)
        found.append(doubted(_stretched(cue, max(cue.start, reached))) if hurried else cue)
        reached = found[-1].end
    return in_order(found, end)


def _stretched(cue: AlignedCue, start: float) -> AlignedCue:
    """So long as one that is not in the audio is at most; its words are equally long."""
    share = UNMATCHED_SECONDS / len(cue.words)
    times = [rounded(start + share * at) for at in range(len(cue.words) + 1)]
    words = tuple(
        replace(word, start=begin, end=stop)
        for word, (begin, stop) in zip(cue.words, pairwise(times), strict=True)
    )
    return replace(cue, start=times[0], end=times[-1], words=words)
