"""What alignment takes and gives. Times are seconds of the recording."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word that a model heard, and how sure it was, from 0 to 1."""

    start: float
    end: float
    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class AlignedWord:
    """A word of the transcript with its punctuation.

    `confidence` is the probability of what was heard as it is written; 0: the times follow from
    the words around it.
    """

    start: float
    end: float
    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class AlignedCue:
    """A stretch of the transcript as it is written.

    `confidence` is the mean of that of its words. Not `matched`: the text was not found in the
    audio, and the cue stands, a second long at most, where it would belong.
    """

    start: float
    end: float
    text: str
    confidence: float
    matched: bool
    words: tuple[AlignedWord, ...]


@dataclass(frozen=True, slots=True)
class Alignment:
    """Cues in the transcript's order, which do not overlap, and speech that has no text."""

    cues: tuple[AlignedCue, ...]
    unmatched_audio: tuple[tuple[float, float], ...]
