import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import BPE

from services.trainer.engine.noise import SECONDS, waveforms, words_a_minute
from services.trainer.engine.novelty import recalled, terms, unlike
from services.trainer.engine.recording import SAMPLE_RATE
from services.trainer.engine.vocabulary import Vocabulary


class Pairs(Vocabulary):
    """A vocabulary of one token for two letters."""

    def __init__(self) -> None:
        super().__init__(Tokenizer(BPE()), (1, 2, 3), 9, 4, 5, (), ())

    def encode(self, text: str) -> tuple[int, ...]:
        return tuple(range((len(text) + 1) // 2))


def test_texts_that_share_few_words_are_novel() -> None:
    known = ["Appuyez sur la touche un.", "Merci"]
    texts = [
        "Appuyez sur la touche deux",
        "Bonjour tout le monde",
        "merci!",
        "Merci beaucoup à tous",
    ]

    assert unlike(texts, known, "fr") == [1, 3]
    assert unlike(texts, [], "fr") == [0, 1, 2, 3]


def test_terms_are_words_that_come_again_and_take_many_tokens() -> None:
    texts = ["amiodarone et 123456 la", "Amiodarone, métoprolol", "métoprolol amiodarone la unique"]

    assert terms(texts, Pairs(), "fr") == ["amiodarone", "métoprolol"]


def test_recall_counts_each_time_that_a_word_is_spoken() -> None:
    found = recalled(["a", "b"], ["a a b", "c"], ["A b b", "a"], "en")

    assert found == (3, 2)


def test_noises_are_the_same_each_time_and_as_long_as_they_say() -> None:
    once, again = list(waveforms()), list(waveforms())

    assert all(np.array_equal(one, other) for one, other in zip(once, again, strict=True))
    assert {len(each) for each in once} == {SECONDS * SAMPLE_RATE}
    assert {each.dtype for each in once} == {np.dtype(np.float32)}
    assert words_a_minute(["", "un deux", "…"], "fr") == pytest.approx(2 / 1.5)
