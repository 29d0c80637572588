import math
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.speech.cues import (
    MAX_SECONDS,
    MIN_SECONDS,
    Cue,
    Dropped,
    Segmentation,
    divide,
    segment,
    split,
)

TEXTS = st.text(st.sampled_from("ab é. 你好の。ไทย ")).map(lambda text: " ".join(text.split()))
CUES = st.builds(
    lambda start, seconds, text: Cue(start, start + seconds, text),
    st.floats(0, 400_000),
    st.floats(0.001, 20_000),
    TEXTS,
)


@given(CUES)
@example(Cue(0.1, 90.1, "one two three"))
@example(Cue(9e8, 9e8 + 61, "one two three"))
def test_the_pieces_cover_the_cue_in_order_and_keep_its_words(cue: Cue) -> None:
    pieces = split(cue)
    assert all(before.end == after.start for before, after in pairwise(pieces))
    assert all(0 < round(piece.seconds, 6) <= MAX_SECONDS and piece.text for piece in pieces)
    assert "".join("".join(piece.text.split()) for piece in pieces) == cue.text.replace(" ", "")
    if pieces:
        assert pieces[0].start == cue.start
        assert pieces[-1].end <= cue.end
    if pieces and len(cue.text.split()) * MAX_SECONDS > cue.seconds + MAX_SECONDS:
        assert pieces[-1].end == cue.end


@given(st.lists(st.text("abc", min_size=1), min_size=1), st.floats(30.001, 5000))
def test_spaced_words_stay_whole(words: list[str], seconds: float) -> None:
    pieces = split(Cue(0, seconds, " ".join(words)))
    assert [word for piece in pieces for word in piece.text.split()] == words


@given(st.lists(CUES))
def test_every_second_is_kept_or_dropped_with_a_reason(cues: list[Cue]) -> None:
    result = segment(cues)
    total = math.fsum(cue.seconds for cue in cues)
    assert result.kept_seconds + result.dropped_seconds == pytest.approx(total)
    assert all(0.5 <= round(cue.seconds, 6) <= MAX_SECONDS for cue in result.kept)
    assert all(cue.text for cue in result.kept)
    assert {drop.reason for drop in result.dropped} <= {"cue-too-short", "no-text"}


@given(st.lists(CUES))
def test_no_text_of_a_cue_that_lasts_is_lost_and_the_order_stays(cues: list[Cue]) -> None:
    kept = segment(cues).kept
    lasting = [cue for cue in cues if round(cue.seconds, 6) >= MIN_SECONDS]
    assert _letters(kept) == _letters(lasting)
    remaining = iter(lasting)
    cue = next(remaining, None)
    for piece in kept:
        while cue is not None and not (cue.start <= piece.start and piece.end <= cue.end):
            cue = next(remaining, None)
        assert cue is not None, "a piece is not in its cue, or comes before an earlier one"


@given(st.lists(CUES))
def test_segments_are_segments_already(cues: list[Cue]) -> None:
    kept = segment(cues).kept
    assert segment(kept).kept == kept
    assert segment(kept).dropped == ()


@given(CUES, st.integers(1, 50))
def test_a_divided_cue_keeps_its_span_its_words_and_their_order(cue: Cue, count: int) -> None:
    pieces = divide(cue, count)
    assert _letters(pieces) == _letters([cue])
    assert all(piece.text for piece in pieces)
    assert all(before.end == after.start for before, after in pairwise(pieces))
    if pieces:
        assert (pieces[0].start, pieces[-1].end) == (cue.start, cue.end)
        assert len(pieces) <= count
        equal = cue.seconds / len(pieces)
        assert all(piece.seconds == pytest.approx(equal, abs=1e-6) for piece in pieces)


def test_a_cue_is_not_divided_within_a_word() -> None:
    assert divide(Cue(0, 3, "one two"), 3) == (Cue(0, 1.5, "one"), Cue(1.5, 3, "two"))
    assert divide(Cue(0, 3, "one two"), 1) == (Cue(0, 3, "one two"),)
    assert divide(Cue(0, 3, " "), 2) == ()


def _letters(cues: Iterable[Cue]) -> str:
    return "".join("".join(cue.text.split()) for cue in cues)


def test_the_bounds_themselves_pass() -> None:
    cues = (Cue(0, 0.5, "a"), Cue(1, 31, "b"))
    assert segment(cues).kept == cues
    assert segment([Cue(0, 0.499, "a")]).dropped == (Dropped(0, 0.499, "cue-too-short"),)


def test_text_is_shared_in_proportion_to_time() -> None:
    assert split(Cue(10, 70, "aaaa bbbb cccc dddd")) == (
        Cue(10, 40, "aaaa bbbb"),
        Cue(40, 70, "cccc dddd"),
    )
    assert [piece.text for piece in split(Cue(0, 60, "你好。我们走吧"))] == ["你好。我", "们走吧"]


def test_a_long_cue_with_one_word_drops_what_has_no_text() -> None:
    assert segment([Cue(0, 60, "word")]).kept == (Cue(0, 30, "word"),)
    assert segment([Cue(0, 60, "word")]).dropped == (Dropped(30, 60, "no-text"),)


def test_a_claim_of_years_costs_no_more_than_its_text() -> None:
    result = segment([Cue(0, 3.6e8, "two words")] * 1000)
    assert len(result.kept) == 2000
    assert len(result.dropped) == 1000


def test_space_after_the_last_word_is_no_word() -> None:
    pieces = split(Cue(0, 31, "a日   "))
    assert [piece.text for piece in pieces] == ["a", "日"]


@given(start=st.integers(0, 360_000_000), seconds=st.sampled_from([MIN_SECONDS, MAX_SECONDS]))
def test_the_bounds_pass_wherever_a_cue_of_whole_milliseconds_begins(
    start: int, seconds: float
) -> None:
    cue = Cue(start / 1000, (start + round(seconds * 1000)) / 1000, "text")

    assert segment([cue]) == Segmentation((cue,), ())
