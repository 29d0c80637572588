"""Word error rate, and how sure it is."""

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import jiwer
import numpy as np
from num2words import num2words

from shared.speech.words import normalise

RESAMPLES = 2000

STANDARD_ERRORS = 2.0

_ABOVE_AND_BELOW = 200

_NUMBER = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?![0-9.,]*[0-9])")


def fold(text: str, language: str) -> str:
    """What is left where spelling does not count: numbers up to 999 as words, no diacritics.

    A tuned model learns how its customer writes, which is wanted, but is no better hearing.
    """
    spelled = _NUMBER.sub(lambda found: _spelled(found[0], language), text)
    letters = unicodedata.normalize("NFD", spelled)
    # By their combining classes: the vowels of Indian scripts and the tones of Thai are letters.
    return "".join(each for each in letters if unicodedata.combining(each) < _ABOVE_AND_BELOW)


def _spelled(digits: str, language: str) -> str:
    try:
        return f" {num2words(int(digits), lang=language)} "
    except (NotImplementedError, OverflowError, TypeError):  # it does not know the language
        return digits


@dataclass(frozen=True)
class WordErrors:
    """Substitutions, deletions and insertions of one segment, against its words."""

    errors: int
    words: int


def count_errors(reference: str, hypothesis: str, language: str) -> WordErrors:
    """Compare two texts by their normalised words."""
    wanted, heard = normalise(reference, language), normalise(hypothesis, language)
    if not wanted:
        return WordErrors(len(heard.split()), 0)
    found = jiwer.process_words(wanted, heard)
    errors = found.substitutions + found.deletions + found.insertions
    return WordErrors(errors, len(wanted.split()))


def count_letters(reference: str, hypothesis: str, language: str) -> WordErrors:
    """Compare two texts by the characters of their normalised words, spaces among them."""
    wanted, heard = normalise(reference, language), normalise(hypothesis, language)
    if not wanted:
        return WordErrors(len(heard), 0)
    found = jiwer.process_characters(wanted, heard)
    return WordErrors(found.substitutions + found.deletions + found.insertions, len(wanted))


def error_rate(counts: Sequence[WordErrors]) -> float:
    """Word error rate of the whole, a fraction: all errors over all words; 0 of nothing."""
    words = sum(each.words for each in counts)
    return sum(each.errors for each in counts) / words if words else 0.0


def can_tell(segments: int) -> bool:
    """Whether `beyond_chance` can ever be true of so many segments: not if all differ alike."""
    return segments > STANDARD_ERRORS**2


def beyond_chance(differences: Sequence[float]) -> bool:
    """Whether paired differences, segment by segment, are above zero by more than chance gives.

    That is two standard errors of their sum, if there were none. Most segments are equally hard for
    both, so this tells more than two totals do.
    """
    apart = np.asarray(differences, dtype=np.float64)
    return float(apart.sum()) > STANDARD_ERRORS * math.sqrt(float(np.square(apart).sum()))


def interval(counts: Sequence[WordErrors], seed: int) -> tuple[float, float]:
    """95 % interval of the word error rate by the bootstrap over segments, fractions."""
    return difference(counts, [WordErrors(0, each.words) for each in counts], seed)


def difference(
    counts: Sequence[WordErrors], baseline: Sequence[WordErrors], seed: int
) -> tuple[float, float]:
    """95 % interval of the rate of `counts` less that of `baseline`, on the same segments.

    By the paired bootstrap: both models are drawn with the same segments, whose difficulty then
    cancels out. Below 0 as a whole, it says that the difference is no accident.
    """
    if not counts:
        return 0.0, 0.0
    pairs = zip(counts, baseline, strict=True)
    rows = [(mine.errors - base.errors, mine.words) for mine, base in pairs]
    table = np.array(rows, dtype=np.float64)
    draw = np.random.default_rng(seed)
    chosen = draw.integers(0, len(table), size=(RESAMPLES, len(table)))
    sums = table[chosen].sum(axis=1)
    rates = sums[:, 0] / np.maximum(sums[:, 1], 1.0)
    low, high = np.percentile(rates, (2.5, 97.5))
    return float(low), float(high)
