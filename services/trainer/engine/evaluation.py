"""The report on the held-out part."""

from collections.abc import Sequence
from typing import Any

from .exam import Answers
from .recording import Clip
from .scoring import interval

SAMPLES = 20


def evaluate(clips: Sequence[Clip], baseline: Answers, tuned: Answers, seed: int) -> dict[str, Any]:
    """``{baseline_wer, wer, ci95, test_seconds, samples}`` of the HTTP contract's Training.

    Rates are fractions; the interval is that of the tuned model. Samples are those where the
    models differ, the largest difference in errors first, then others, up to 20.
    """
    low, high = interval(tuned.counts, seed)
    order = sorted(
        range(len(clips)),
        key=lambda each: (
            baseline.texts[each] == tuned.texts[each],
            -abs(baseline.counts[each].errors - tuned.counts[each].errors),
        ),
    )
    return {
        "baseline_wer": round(baseline.wer, 4),
        "wer": round(tuned.wer, 4),
        "ci95": [round(low, 4), round(high, 4)],
        "test_seconds": round(sum(clip.seconds for clip in clips), 3),
        "samples": [
            {
                "reference": clips[each].text,
                "baseline": baseline.texts[each],
                "tuned": tuned.texts[each],
            }
            for each in order[:SAMPLES]
        ],
    }
