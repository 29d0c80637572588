"""Cues placed by their own text: how a model hears the audio where it is told what is said.

The words that a model hears by itself say where to look; where it mishears, only its own text has a
place there. Text that is not in the audio has one, too, but the model does not believe it.
"""

from collections.abc import Callable, Iterator, Sequence

from shared.speech.alignment.doubting import doubted, is_hurried
from shared.speech.alignment.timing import in_order, rounded
from shared.speech.alignment.values import AlignedCue, AlignedWord, HeardWord
from shared.speech.alignment.windows import windows

BELIEVED = 0.45
"""Of text that was not heard: the mean probability of its words, if it is said."""

Place = Callable[[float, float, Sequence[str]], Sequence[HeardWord] | None]
"""Places words in the audio between two times; None where they are too many for it.

A word has a space before it where its cue has white space there.
"""


def place(
    cues: Sequence[AlignedCue], place_words: Place, tick: Callable[[float], None], duration: float
) -> list[AlignedCue]:
    """The same cues where the model puts their words, in windows that were heard well around them.

    A cue that was not heard is in the audio after all where its text is believed; else it still
    keeps the words of others from what may be misheard. One whose words have no time to be said is
    not in the audio. `tick` hears what part of the work is done, from 0 to 1, and may raise.
    """
    found = list(cues)
    chosen = windows(cues, duration)
    for number, window in enumerate(chosen):
        tick(number / len(chosen))
        words = [word for at in window.cues for word in _written(cues[at])]
        placed = place_words(window.start, window.end, words)
        if placed is None:
            continue
        rest = iter(placed)
        for at in window.cues:
            found[at] = _placed(cues[at], [next(rest) for _ in cues[at].words])
    return in_order(found, duration)


def _written(cue: AlignedCue) -> Iterator[str]:
    reached = 0
    for word in cue.words:
        begin = cue.text.index(word.text, reached)
        yield word.text if begin == reached else f" {word.text}"
        reached = begin + len(word.text)


def _placed(cue: AlignedCue, words: Sequence[HeardWord]) -> AlignedCue:
    timed = tuple(
        AlignedWord(rounded(one.start), rounded(one.end), word.text, round(one.probability, 4))
        for word, one in zip(cue.words, words, strict=True)
    )
    sure = [word.confidence for word in timed if any(map(str.isalnum, word.text))]
    mean = round(sum(sure) / len(sure), 4) if sure else 0.0
    found = AlignedCue(timed[0].start, timed[-1].end, cue.text, mean, matched=True, words=timed)
    believed = (cue.matched or mean >= BELIEVED) and not is_hurried(found)
    return found if believed else doubted(found)
