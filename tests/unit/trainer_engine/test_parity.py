import pytest

from services.trainer.engine.parity import FEW_ERRORS, differ
from services.trainer.engine.scoring import WordErrors


@pytest.mark.parametrize(
    ("errors", "words", "differs"),
    [
        (FEW_ERRORS, 4, False),  # an accident in a short text
        (FEW_ERRORS + 1, 4, True),
        (5, 100, False),
        (6, 100, True),
        (FEW_ERRORS + 1, 0, True),  # words out of nothing
    ],
)
def test_texts_differ_by_more_than_a_few_words_and_more_than_a_share(
    errors: int, words: int, differs: bool
) -> None:
    half = WordErrors(0, words // 2)
    assert differ([WordErrors(errors, words - half.words), half], 0.05) == differs
