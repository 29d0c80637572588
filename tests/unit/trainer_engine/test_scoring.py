# ruff: noqa: RUF001 - typographic and full-width characters are the point
import unicodedata

import pytest

from services.trainer.engine.scoring import (
    WordErrors,
    count_errors,
    count_letters,
    difference,
    error_rate,
    fold,
    interval,
)
from shared.speech.words import normalise


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("L'heure, s'il vous plaît !", "fr", "l heure s il vous plaît"),
        ("L’heure", "fr", "l heure"),
        ("Don't — really?", "en", "don t really"),
        ("vingt-deux", "fr", "vingt deux"),
        ("e\u0301te\u0301", "fr", "été"),
        ("ＡＢＣ １２", "en", "abc 12"),
        ("हिन्दी।", "hi", "हिन्दी"),
        ("你好，世界", "zh", "你 好 世 界"),
        ("… — !", "fr", ""),
    ],
)
def test_normalise(text: str, language: str, expected: str) -> None:
    assert normalise(text, language) == expected


@pytest.mark.parametrize(
    ("reference", "hypothesis", "expected"),
    [
        ("un deux trois", "Un, deux, trois.", WordErrors(0, 3)),
        ("un deux trois", "un trois", WordErrors(1, 3)),
        ("un", "", WordErrors(1, 1)),
        ("!", "du bruit", WordErrors(2, 0)),
    ],
)
def test_count_errors(reference: str, hypothesis: str, expected: WordErrors) -> None:
    assert count_errors(reference, hypothesis, "fr") == expected


def test_the_rate_is_that_of_the_whole() -> None:
    assert error_rate([WordErrors(1, 1), WordErrors(0, 9)]) == pytest.approx(0.1)
    assert error_rate([]) == 0


def test_the_interval_holds_the_rate_and_repeats() -> None:
    counts = [WordErrors(n % 3, 5) for n in range(60)]
    low, high = interval(counts, seed=1)
    assert low < error_rate(counts) < high
    assert (low, high) == interval(counts, seed=1)


def test_the_interval_narrows_with_more_segments() -> None:
    few = [WordErrors(n % 2, 2) for n in range(10)]
    narrow, wide = interval(few * 50, seed=1), interval(few, seed=1)
    assert narrow[1] - narrow[0] < wide[1] - wide[0]


def test_equal_segments_leave_no_doubt() -> None:
    assert interval([WordErrors(1, 4)] * 20, seed=1) == (0.25, 0.25)


@pytest.mark.parametrize(
    ("written", "other", "language"),
    [
        ("les 22 étés", "les vingt-deux ete\u0301s", "fr"),
        ("dial 9 now", "dial nine now", "en"),
        ("façade", "facade", "fr"),
    ],
)
def test_folded_texts_are_equal_where_only_the_spelling_differs(
    written: str, other: str, language: str
) -> None:
    assert normalise(fold(written, language), language) == normalise(
        fold(other, language), language
    )


@pytest.mark.parametrize("text", ["हिन्दी", "น้ำ", "한국"])
def test_folding_keeps_what_is_a_letter(text: str) -> None:
    assert unicodedata.normalize("NFC", fold(text, "xx")) == text


@pytest.mark.parametrize("text", ["1984", "3.14", "2,500", "10 000 000", "5 elephants"])
def test_numbers_that_are_not_small_or_of_no_known_language_stay(text: str) -> None:
    assert fold(text, "xx") == text
    if text != "5 elephants" and " " not in text:
        assert fold(text, "en") == text


def test_letters_are_counted_with_the_spaces_between_words() -> None:
    assert count_letters("un deux", "un doux", "fr") == WordErrors(1, 7)
    assert count_letters("…", "a", "fr") == WordErrors(1, 0)


def test_a_difference_that_is_everywhere_is_no_accident() -> None:
    base = [WordErrors(3, 10)] * 30
    better = [WordErrors(2, 10)] * 30

    assert difference(better, base, 7) == (pytest.approx(-0.1), pytest.approx(-0.1))
    assert difference(base, base, 7) == (0.0, 0.0)
    assert difference([], [], 7) == (0.0, 0.0)
