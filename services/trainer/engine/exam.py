"""Held-out clips, transcribed by several models."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .recogniser import Recogniser
from .recording import Clip
from .scoring import WordErrors, count_errors, error_rate
from .table import Table

BATCH = 8

LISTENED_TO = 20
NEARLY_ALL = 0.8


@dataclass(frozen=True)
class Answers:
    """A model's texts for the clips of an exam, in their order, and the errors in them."""

    texts: tuple[str, ...]
    counts: tuple[WordErrors, ...]

    @property
    def wer(self) -> float:
        """Word error rate, a fraction."""
        return error_rate(self.counts)


@dataclass(frozen=True)
class Exam:
    """Clips with their encoder outputs or spectrograms: row ``first + i`` is clip ``i``'s."""

    clips: Sequence[Clip]
    language: str
    table: Table
    first: int

    def sit(self, recogniser: Recogniser, tick: Callable[[float], None]) -> Answers:
        """Transcribe every clip; ``tick`` hears the finished share and may raise."""
        # Clips of like length decode in the same number of steps: a batch is as slow as its
        # longest text.
        order = sorted(range(len(self.clips)), key=lambda each: self.clips[each].samples)
        texts: dict[int, str] = {}
        for begin in range(0, len(order), BATCH):
            tick(begin / len(order))
            batch = order[begin : begin + BATCH]
            rows = self.table.take([self.first + each for each in batch])
            texts.update(zip(batch, recogniser.decode(rows), strict=True))
        answers = tuple(texts[each] for each in range(len(self.clips)))
        counts = tuple(
            count_errors(clip.text, text, self.language)
            for clip, text in zip(self.clips, answers, strict=True)
        )
        return Answers(answers, counts)

    def rate_told(self, recogniser: Recogniser, language: str) -> float:
        """The error rate on some of the clips where the model is told to expect this language."""
        clips = self.clips[:LISTENED_TO]
        rows = self.table.take(list(range(self.first, self.first + len(clips))))
        texts = recogniser.decode(rows, language)
        pairs = zip(clips, texts, strict=True)
        return error_rate([count_errors(clip.text, text, self.language) for clip, text in pairs])

    def spoken(self, recogniser: Recogniser) -> str | None:
        """What nearly all of the clips, or of some of them, sound like; None if like several."""
        rows = list(range(self.first, self.first + min(len(self.clips), LISTENED_TO)))
        heard = Counter(recogniser.languages(self.table.take(rows)))
        language, count = heard.most_common(1)[0]
        return language if count >= NEARLY_ALL * len(rows) else None
