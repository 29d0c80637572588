"""Windows of speech, and how they are halved."""

import numpy as np

from services.transcriber.adapters.audio import SAMPLE_RATE
from services.transcriber.adapters.windows import HALVED_SECONDS, Piece, Window, halves, windows


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
