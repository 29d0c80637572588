"""Two transcripts of each held-out prompt, measured against what was said."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from services.trainer.engine.scoring import WordErrors, count_errors, error_rate
from shared.speech.words import normalise

ALIKE = 0.8


@dataclass(frozen=True)
class Heard:
    """What was said in a prompt, and what the base and the tuned model heard."""

    reference: str
    base: str
    tuned: str


def rates(heard: Sequence[Heard], language: str) -> tuple[float, float]:
    """Word error rates of base and tuned, on lower-cased text without punctuation."""
    counts = [_count(each, language) for each in heard]
    return error_rate([base for base, _ in counts]), error_rate([tuned for _, tuned in counts])


def differing(heard: Sequence[Heard], language: str) -> list[tuple[Heard, int, int]]:
    """Where the models made unequally many errors, with both counts; most gained first."""
    counted = [(each, *_count(each, language)) for each in heard]
    found = [(each, base.errors, tuned.errors) for each, base, tuned in counted]
    return sorted(
        (each for each in found if each[1] != each[2]), key=lambda each: each[2] - each[1]
    )


def unlike(heard: Sequence[Heard], known: Sequence[str], language: str) -> list[Heard]:
    """Those whose sentence is less than four fifths like every known one, letter by letter."""
    sentences = [normalise(text, language) for text in known]
    found = []
    for each in heard:
        matcher = SequenceMatcher(b=normalise(each.reference, language), autojunk=False)
        if not any(_alike(matcher, sentence) for sentence in sentences):
            found.append(each)
    return found


def _alike(matcher: SequenceMatcher[str], sentence: str) -> bool:
    matcher.set_seq1(sentence)
    bounds = (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)
    return all(bound() >= ALIKE for bound in bounds)


def _count(each: Heard, language: str) -> tuple[WordErrors, WordErrors]:
    return (
        count_errors(each.reference, each.base, language),
        count_errors(each.reference, each.tuned, language),
    )
