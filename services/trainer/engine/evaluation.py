"""The report on the held-out part."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .exam import Answers
from .novelty import recalled, terms, unlike
from .recording import Clip
from .scoring import (
    WordErrors,
    count_errors,
    count_letters,
    difference,
    error_rate,
    fold,
    interval,
)
from .vocabulary import Vocabulary

SAMPLES = 20

Count = Callable[[str, str], WordErrors]


@dataclass(frozen=True)
class Report:
    """What both models heard of the same held-out clips.

    ``known`` are the texts that were trained on; ``hallucinated`` are words a minute of both models
    in audio without speech.
    """

    clips: Sequence[Clip]
    baseline: Answers
    tuned: Answers
    known: Sequence[str]
    hallucinated: tuple[float, float]
    vocabulary: Vocabulary
    language: str
    seed: int

    def document(self) -> dict[str, Any]:
        """The ``evaluation`` of the HTTP contract's Training, and what it has beyond that.

        Rates are fractions; the intervals are of 95 %. Samples are those where the models differ,
        the largest difference in errors first, then others, up to 20.
        """
        mine, base = self.tuned.counts, self.baseline.counts
        return {
            "baseline_wer": round(self.baseline.wer, 4),
            "wer": round(self.tuned.wer, 4),
            "ci95": _rounded(*interval(mine, self.seed)),
            "test_seconds": round(sum(clip.seconds for clip in self.clips), 3),
            "samples": self._samples(),
            "difference_ci95": _rounded(*difference(mine, base, self.seed)),
            "cer": self._compared(lambda r, h: count_letters(r, h, self.language)),
            "folded_wer": self._compared(
                lambda r, h: count_errors(
                    fold(r, self.language), fold(h, self.language), self.language
                )
            ),
            "novel": self._novel(),
            "terms": self._terms(),
            "hallucinated_words": _pair(*self.hallucinated),
        }

    def _compared(self, count: Count) -> dict[str, float]:
        def rate(answers: Answers) -> float:
            pairs = zip(self.clips, answers.texts, strict=True)
            return error_rate([count(clip.text, text) for clip, text in pairs])

        return _pair(rate(self.baseline), rate(self.tuned))

    def _novel(self) -> dict[str, Any]:
        places = unlike([clip.text for clip in self.clips], self.known, self.language)
        rates = (
            error_rate([answers.counts[place] for place in places])
            for answers in (self.baseline, self.tuned)
        )
        return {"segments": len(places), "wer": _pair(*rates)}

    def _terms(self) -> dict[str, Any] | None:
        """None where no such word is spoken."""
        wanted = terms(self.known, self.vocabulary, self.language)
        references = [clip.text for clip in self.clips]
        counts = [
            recalled(wanted, references, answers.texts, self.language)
            for answers in (self.baseline, self.tuned)
        ]
        spoken = counts[0][0]
        if not spoken:
            return None
        recall = _pair(*(found / spoken for _, found in counts))
        return {"words": wanted, "spoken": spoken, "recall": recall}

    def _samples(self) -> list[dict[str, str]]:
        baseline, tuned = self.baseline, self.tuned
        order = sorted(
            range(len(self.clips)),
            key=lambda each: (
                baseline.texts[each] == tuned.texts[each],
                -abs(baseline.counts[each].errors - tuned.counts[each].errors),
            ),
        )
        return [
            {
                "reference": self.clips[each].text,
                "baseline": baseline.texts[each],
                "tuned": tuned.texts[each],
            }
            for each in order[:SAMPLES]
        ]


def _pair(baseline: float, tuned: float) -> dict[str, float]:
    return {"baseline": round(baseline, 4), "tuned": round(tuned, 4)}


def _rounded(low: float, high: float) -> list[float]:
    return [round(low, 4), round(high, 4)]
