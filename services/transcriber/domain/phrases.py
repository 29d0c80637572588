"""Where what was heard in half a minute is cut into phrases."""

from collections.abc import Iterator, Sequence

from services.transcriber.domain.transcripts import Word
from shared.speech.alignment.tokens import ends_sentence

LONGEST_SECONDS = 10.0
PAUSE_SECONDS = 1.0
PAUSE_WEIGHT = 10
"""How many seconds nearer to the middle a cut must be to forgo a second's pause."""


def phrases(words: Sequence[Word]) -> Iterator[Sequence[Word]]:
    """All words, in order, cut after sentences and at pauses; what is too long, near its middle."""
    begin = 0
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else None
        if following is None or _ends(word, following):
            yield from _shortened(words[begin : index + 1])
            begin = index + 1


def _ends(word: Word, following: Word) -> bool:
    if following.start - word.end >= PAUSE_SECONDS:
        return True
    # The 5 of 3.5 has no space before it; scripts without spaces have marks of their own.
    spaced = following.word.startswith(" ") or not word.word.isascii()
    then = following.word.strip()
    goes_on = then[:1].islower() or not any(map(str.isalnum, then))  # as a quote that closes
    return spaced and not goes_on and ends_sentence(word.word.strip())


def _shortened(words: Sequence[Word]) -> Iterator[Sequence[Word]]:
    if len(words) == 1 or words[-1].end - words[0].start <= LONGEST_SECONDS:
        yield words
        return
    middle = (words[0].start + words[-1].end) / 2

    def cost(index: int) -> float:
        before, after = words[index - 1], words[index]
        return abs(after.start - middle) - PAUSE_WEIGHT * (after.start - before.end)

    cut = min(range(1, len(words)), key=cost)
    yield from _shortened(words[:cut])
    yield from _shortened(words[cut:])
