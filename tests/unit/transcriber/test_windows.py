"""Windows of speech, and how they are halved."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.transcriber.adapters.audio import SAMPLE_RATE
from services.transcriber.adapters.windows import (
    HALVED_SECONDS,
    Piece,
    Window,
    halves,
    unheard,
    windows,
)


def window(*lengths: float, gap: float = 1.0) -> Window:
    """Pieces of noise that last so long, with gaps of the audio between them."""
    pieces, at = [], 0
    for length in lengths:
        pieces.append(Piece(start=at, end=at + int(length * SAMPLE_RATE)))
        at = pieces[-1]["end"] + int(gap * SAMPLE_RATE)
    count = sum(each["end"] - each["start"] for each in pieces)
    noise = np.random.default_rng(1).normal(0, 0.1, count).astype(np.float32)
    return Window(tuple(pieces), noise)


def test_a_window_is_halved_in_the_pause_nearest_to_its_middle() -> None:
    whole = window(2, 9, 6, 5)
    first, second = halves(whole)
    assert (first.pieces, second.pieces) == (whole.pieces[:2], whole.pieces[2:])
    assert np.array_equal(np.concatenate([first.waveform, second.waveform]), whole.waveform)
    assert (first.seconds, second.seconds) == (11, 11)


def test_speech_without_a_pause_is_halved_where_it_is_quietest() -> None:
    whole = window(20)
    quiet = slice(8 * SAMPLE_RATE, 9 * SAMPLE_RATE)
    whole.waveform[quiet] = 0
    first, second = halves(whole)
    assert quiet.start < first.pieces[0]["end"] == second.pieces[0]["start"] < quiet.stop
    assert len(first.waveform) == first.pieces[0]["end"]
    assert np.array_equal(np.concatenate([first.waveform, second.waveform]), whole.waveform)


def test_a_short_window_has_no_halves() -> None:
    assert halves(window(HALVED_SECONDS / 2, HALVED_SECONDS / 2 - 0.1)) == ()


def test_silence_has_no_windows() -> None:
    assert list(windows(np.zeros(60 * SAMPLE_RATE, np.float32))) == []


def test_what_has_no_words_is_cut_at_the_pauses_around_it() -> None:
    whole = window(4, 3, 3, 4)  # from 0, 5, 9 and 13
    before, between, after = unheard(whole, [(5.1, 7.7), (12.9, 13.1)])[:3]
    assert (before.pieces, between.pieces) == (whole.pieces[:1], whole.pieces[2:3])
    assert after.pieces[0]["end"] == whole.pieces[-1]["end"]
    assert 13.1 < after.begin < 13.9
    assert np.array_equal(between.waveform, whole.waveform[7 * SAMPLE_RATE : 10 * SAMPLE_RATE])


def test_running_speech_without_words_is_cut_where_it_is_quiet_beside_them() -> None:
    whole = window(20)
    for begin in (5.2, 14.3):
        whole.waveform[round(begin * SAMPLE_RATE) : round((begin + 0.5) * SAMPLE_RATE)] = 0
    (part,) = unheard(whole, [(0.2, 2.0), (3.0, 5.0), (15.0, 17.0), (17.5, 19.8)])
    assert (part.begin, part.end) == (5.45, 14.55)
    assert np.array_equal(part.waveform, whole.waveform[slice(*part.pieces[0].values())])


def test_nothing_is_left_out_where_words_are_near_or_there_are_none() -> None:
    whole = window(4, 4)
    assert unheard(whole, [(0.5, 3.0), (5.4, 8.2)]) == []
    assert unheard(whole, []) == []


@given(st.lists(st.integers(-100, 1600), max_size=8))
def test_a_part_is_shorter_than_its_window_and_has_no_word(times: list[int]) -> None:
    whole = window(3, 5, 2, 1)
    borders = [at / 100 for at in sorted(times)]
    words = list(zip(borders[::2], borders[1::2], strict=False))
    for part in unheard(whole, words):
        assert 2 < part.seconds < whole.seconds
        assert sum(each["end"] - each["start"] for each in part.pieces) == len(part.waveform)
        assert not any(part.begin < (start + end) / 2 < part.end for start, end in words)
