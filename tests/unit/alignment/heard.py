"""What is heard, and what holds for every alignment."""

from collections.abc import Iterator
from itertools import pairwise

from shared.speech.alignment.timing import UNMATCHED_SECONDS
from shared.speech.alignment.values import Alignment, HeardWord


def said(words: str, at: float = 0.0, probability: float = 0.9) -> list[HeardWord]:
    """Words of 0.4 s with pauses of 0.1 s."""
    return [
        HeardWord(at + number / 2, at + number / 2 + 0.4, f" {word}", probability)
        for number, word in enumerate(words.split())
    ]


def texts(found: Alignment) -> list[str]:
    return [cue.text for cue in found.cues]


def spans(found: Alignment) -> list[tuple[float, float]]:
    return [(cue.start, cue.end) for cue in found.cues]


def timed(found: Alignment) -> Iterator[tuple[float, float]]:
    for cue in found.cues:
        yield from ((word.start, word.end) for word in cue.words)


def squeezed(text: str) -> str:
    return "".join(text.split())


def check(text: str, found: Alignment, duration: float) -> None:
    assert squeezed("".join(texts(found))) == squeezed(text)
    for cue in found.cues:
        assert cue.text == cue.text.strip() != ""
        assert cue.text in text
        assert 0 <= cue.confidence <= 1
        assert squeezed("".join(word.text for word in cue.words)) == squeezed(cue.text)
        assert (cue.words[0].start, cue.words[-1].end) == (cue.start, cue.end)
        assert cue.matched or cue.end - cue.start <= UNMATCHED_SECONDS + 0.002
    flat = [at for span in timed(found) for at in span]
    assert flat == sorted(flat)
    assert not flat or 0 <= flat[0] <= flat[-1] <= duration
    assert all(0 <= start < end <= duration for start, end in found.unmatched_audio)
    assert all(one[1] <= other[0] for one, other in pairwise(found.unmatched_audio))
