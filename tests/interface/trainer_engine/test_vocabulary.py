from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.trainer.engine.vocabulary import Vocabulary, plain

MARKS = ("<|0.00|>", "<|endoftext|>", "<|en|>", "<|startofprev|>", "<|nospeech|>")
PARTS = st.sampled_from([*MARKS, "<|", "|>", "<", "|", "one", " two ", "\n", "é"])


@pytest.fixture(scope="module")
def vocabulary(base_model_dir: Callable[[str], Path]) -> Vocabulary:
    return Vocabulary.read(base_model_dir("whisper-tiny.en"), "en")


@given(parts=st.lists(PARTS, max_size=12))
def test_no_text_says_what_steers_the_decoder(vocabulary: Vocabulary, parts: list[str]) -> None:
    assert all(each < vocabulary.end for each in vocabulary.encode("".join(parts)))


@pytest.mark.parametrize("mark", MARKS)
def test_marks_are_no_text(vocabulary: Vocabulary, mark: str) -> None:
    text = f"{mark} one {mark}two{mark}"
    assert plain(text).split() == ["one", "two"]
    assert vocabulary.encode(text) == vocabulary.encode("one two")


def test_what_only_looks_like_a_mark_is_text(vocabulary: Vocabulary) -> None:
    text = "if a < b | c > d, 5 <| 6"
    assert plain(text) == text
    assert vocabulary.decode(list(vocabulary.encode(text))) == text
