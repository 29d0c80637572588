"""Force alignment: audio and plain text become captions."""

from collections.abc import Callable, Iterable, Sequence

from shared.speech.alignment.cutting import Transcript, cut
from shared.speech.alignment.doubting import unhurried
from shared.speech.alignment.loudness import RATE, Samples, activity
from shared.speech.alignment.matching import find
from shared.speech.alignment.placing import Place, place
from shared.speech.alignment.settling import settle
from shared.speech.alignment.timing import rounded, time
from shared.speech.alignment.tokens import sentences, tokenise
from shared.speech.alignment.values import AlignedCue, Alignment, HeardWord

PAUSE_SECONDS = 1.0
"""Speech without text that is interrupted for less is one stretch."""

SPEECH_SECONDS = 1.0
"""Of speech without text less is not told: a word more or less is heard anywhere."""


def align(
    text: str,
    heard: Iterable[HeardWord],
    language: str,
    duration: float,
    tick: Callable[[], None] = lambda: None,
) -> Alignment:
    """Captions of `text` by the words `heard` in audio of `duration` seconds.

    The texts of the cues are the transcript's, unchanged and in order, without the white space
    between them. `language` is the primary subtag. `tick` is called now and then, and may raise.
    For what it costs, see `find`.
    """
    tokens = tokenise(text, language)
    begins = sentences(tokens)
    words = _in_order(heard, duration)
    found = find(tokens, set(begins), words, language, tick)
    transcript = Transcript(tokens, found, language)
    cues = time(transcript, cut(transcript, begins), text, duration)
    return Alignment(tuple(cues), tuple(_without_text(cues, words)))


def refine(
    found: Alignment,
    samples: Samples,
    place_words: Place,
    tick: Callable[[float], None],
) -> Alignment:
    """The same captions with better times: where a model places their own text, and at pauses.

    `found` is by what was heard in the same `samples`. `tick` hears what part of the work is done,
    from 0 to 1, and may raise.
    """
    duration = rounded(len(samples) / RATE)
    cues = place(found.cues, place_words, tick, duration)
    cues = unhurried(settle(cues, activity(samples), duration), duration)
    rest = [piece for stretch in found.unmatched_audio for piece in _uncovered(stretch, cues)]
    return Alignment(tuple(cues), tuple(rest))


def _in_order(heard: Iterable[HeardWord], duration: float) -> list[HeardWord]:
    """Within the audio, none before the end of the one before."""
    words: list[HeardWord] = []
    reached = 0.0
    for each in heard:
        start = min(max(each.start, reached), duration)
        reached = min(max(each.end, start), duration)
        words.append(HeardWord(start, reached, each.text, each.probability))
    return words


def _without_text(
    cues: Sequence[AlignedCue], words: Sequence[HeardWord]
) -> Iterable[tuple[float, float]]:
    """Stretches of words that lie in no cue that is in the audio."""
    matched = [cue for cue in cues if cue.matched]
    at = 0
    stretch: tuple[float, float] | None = None
    for word in words:
        middle = (word.start + word.end) / 2
        passed = at
        while at < len(matched) and matched[at].end < middle:
            at += 1
        covered = at < len(matched) and matched[at].start <= middle
        parted = covered or at > passed
        if stretch is not None and (parted or word.start - stretch[1] > PAUSE_SECONDS):
            yield from _told(stretch)
            stretch = None
        if not covered:
            stretch = (word.start if stretch is None else stretch[0], word.end)
    if stretch is not None:
        yield from _told(stretch)


def _uncovered(
    stretch: tuple[float, float], cues: Sequence[AlignedCue]
) -> Iterable[tuple[float, float]]:
    """What of it lies in no cue that is in the audio."""
    reached, end = stretch
    for cue in cues:
        if cue.matched and reached < cue.end and cue.start < end:
            yield from _told((reached, cue.start))
            reached = cue.end
    yield from _told((reached, end))


def _told(stretch: tuple[float, float]) -> list[tuple[float, float]]:
    start, end = stretch
    return [(rounded(start), rounded(end))] if end - start >= SPEECH_SECONDS else []
