"""What is heard in half a minute becomes phrases that can be captions."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.transcriber.domain.phrases import LONGEST_SECONDS, PAUSE_SECONDS, phrases
from services.transcriber.domain.transcripts import Word


def said(text: str, *, every: float = 0.4, pauses: dict[int, float] | None = None) -> list[Word]:
    """Words of `every` seconds; `pauses` go before the words of these numbers."""
    words, at = [], 0.0
    for number, word in enumerate(text.split(" ")):
        at += (pauses or {}).get(number, 0.0)
        words.append(Word(start=at, end=at + every, word=f" {word}", probability=0.9))
        at += every
    return words


def texts(words: Sequence[Word]) -> list[str]:
    return ["".join(word.word for word in phrase).strip() for phrase in phrases(words)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bonjour. Comment allez-vous ? Bien.", ["Bonjour.", "Comment allez-vous ?", "Bien."]),
        ("Le Dr. Tremblay arrive.", ["Le Dr. Tremblay arrive."]),
        ("Il dit « oui. » et part.", ["Il dit « oui. » et part."]),
        ("", []),
    ],
)
def test_a_sentence_is_a_phrase(text: str, expected: list[str]) -> None:
    assert texts(said(text) if text else []) == expected


def test_a_number_is_not_cut_and_scripts_without_spaces_are() -> None:
    def joined(*parts: str) -> list[Word]:
        return [
            Word(start=number, end=number + 1, word=part, probability=1)
            for number, part in enumerate(parts)
        ]

    assert texts(joined(" 3.", "5", " mètres")) == ["3.5 mètres"]
    assert texts(joined("好", "的。", "再", "见")) == ["好的。", "再见"]


def test_a_pause_ends_a_phrase() -> None:
    words = said("un deux trois quatre", pauses={1: PAUSE_SECONDS - 0.1, 2: PAUSE_SECONDS})
    assert texts(words) == ["un deux", "trois quatre"]


def test_a_long_phrase_is_cut_in_a_pause_near_its_middle() -> None:
    words = said(" ".join(f"mot{number}" for number in range(30)), pauses={3: 0.1, 14: 0.3})
    assert texts(words)[0].endswith("mot13")


@given(
    st.lists(
        st.tuples(st.sampled_from([" a", " B.", "c", " d?"]), st.floats(0, 20), st.floats(0, 3))
    )
)
def test_all_words_stay_in_order_and_no_phrase_is_too_long(
    said: list[tuple[str, float, float]],
) -> None:
    words, at = [], 0.0
    for word, lasts, pause in said:
        words.append(Word(start=at + pause, end=at + pause + lasts, word=word, probability=1))
        at += pause + lasts
    found = list(phrases(words))
    assert [word for phrase in found for word in phrase] == words
    for phrase in found:
        assert len(phrase) == 1 or phrase[-1].end - phrase[0].start <= LONGEST_SECONDS
