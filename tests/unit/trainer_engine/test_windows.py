from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import BPE

from services.trainer.engine.recording import SAMPLE_RATE, Clip
from services.trainer.engine.vocabulary import Vocabulary
from services.trainer.engine.windows import WINDOW_SAMPLES, Piece, Window, pack, quiet

Corpus = list[list[tuple[float, float, int]]]

segments = st.lists(
    st.tuples(
        st.floats(min_value=0.5, max_value=30.0),
        st.floats(min_value=-0.5, max_value=5.0),
        st.integers(min_value=1, max_value=440),
    ),
    min_size=1,
    max_size=12,
)
corpora = st.lists(segments, min_size=1, max_size=8)


def clips_of(corpus: Corpus) -> list[Clip]:
    clips: list[Clip] = []
    for name, recording in enumerate(corpus):
        at = 0
        for index, (seconds, pause, length) in enumerate(recording):
            begin = max(0, at + round(pause * SAMPLE_RATE))
            at = begin + round(seconds * SAMPLE_RATE)
            clips.append(
                Clip(str(name), index, Path("none.pcm"), begin, at, "x", tuple(range(length)))
            )
    return clips


class Counting(Vocabulary):
    """A vocabulary that tells nothing but how many tokens there are."""

    def __init__(self) -> None:
        super().__init__(Tokenizer(BPE()), (1, 2, 3), 9, 4, 5, (), ())

    def timestamp(self, seconds: float) -> int:
        assert 0 <= seconds <= 30
        return 6


@given(corpora, st.integers(0, 3))
def test_every_clip_is_in_exactly_one_window(corpus: Corpus, packing: int) -> None:
    clips = clips_of(corpus)
    placed = [piece.clip for window in pack(clips, 7, packing) for piece in window.pieces]
    assert sorted(placed, key=repr) == sorted(clips, key=repr)


@given(corpora, st.integers(0, 3))
def test_no_window_is_over_30_seconds_or_448_tokens(corpus: Corpus, packing: int) -> None:
    for window in pack(clips_of(corpus), 7, packing):
        assert window.samples <= WINDOW_SAMPLES
        assert len(window.tokens(Counting())[0]) <= 448


@given(corpora, st.integers(0, 3))
def test_a_recordings_clips_keep_their_order(corpus: Corpus, packing: int) -> None:
    placed = [p.clip for window in pack(clips_of(corpus), 7, packing) for p in window.pieces]
    for name in {clip.recording for clip in placed}:
        indices = [clip.index for clip in placed if clip.recording == name]
        assert indices == sorted(indices)


@given(corpora, st.integers(0, 3))
def test_pieces_do_not_overlap(corpus: Corpus, packing: int) -> None:
    for window in pack(clips_of(corpus), 7, packing):
        end = 0
        for piece in window.pieces:
            assert piece.offset >= end
            end = piece.stop


def test_about_half_of_the_windows_have_timestamps(clip: Callable[..., Clip]) -> None:
    windows = pack([clip(str(n), seconds=29.0) for n in range(400)], 7, 0)
    assert 160 <= sum(window.timestamps for window in windows) <= 240


def test_packings_differ_and_repeat(clip: Callable[..., Clip]) -> None:
    clips = [clip(str(n)) for n in range(100)]
    assert pack(clips, 7, 0) == pack(clips, 7, 0)
    assert pack(clips, 7, 0) != pack(clips, 7, 1)


def test_a_short_pause_is_kept_as_recorded(tmp_path: Path) -> None:
    pcm = tmp_path / "a.pcm"
    samples = np.arange(3 * SAMPLE_RATE, dtype="<i2")
    samples.tofile(pcm)
    first = Clip("a", 0, pcm, 0, SAMPLE_RATE, "x", (1,))
    second = Clip("a", 1, pcm, SAMPLE_RATE + 8000, 2 * SAMPLE_RATE + 8000, "y", (2,))
    (window,) = pack([first, second], 7, 0)
    expected = samples[: 2 * SAMPLE_RATE + 8000].astype(np.float32) / 32768
    assert np.array_equal(window.waveform(), expected)


def test_silence_between_strangers(tmp_path: Path) -> None:
    pcm = tmp_path / "a.pcm"
    np.full(SAMPLE_RATE, 100, dtype="<i2").tofile(pcm)
    pieces = (
        Piece(Clip("a", 0, pcm, 0, SAMPLE_RATE, "x", (1,)), 0, natural=False),
        Piece(Clip("b", 0, pcm, 0, SAMPLE_RATE, "y", (2,)), SAMPLE_RATE + 10, natural=False),
    )
    audio = Window(pieces, timestamps=False).waveform()
    assert np.count_nonzero(audio) == 2 * SAMPLE_RATE
    assert not audio[SAMPLE_RATE : SAMPLE_RATE + 10].any()


@pytest.mark.parametrize(
    ("timestamps", "expected"),
    [(False, (1, 2, 3, 4, 0, 1, 5)), (True, (1, 2, 3, 6, 0, 1, 6, 5))],
)
def test_tokens_of_a_window(
    clip: Callable[..., Clip], timestamps: bool, expected: tuple[int, ...]
) -> None:
    window = Window((Piece(clip(tokens=2), 0, natural=False),), timestamps)
    tokens, prompt = window.tokens(Counting())
    assert tokens == expected
    assert prompt == (3 if timestamps else 4)


def test_some_windows_that_go_on_are_told_what_came_before(clip: Callable[..., Clip]) -> None:
    clips = [clip("a", n, seconds=29.0, at=30.0 * n, tokens=120) for n in range(200)]
    strangers = [clip(str(n), seconds=29.0) for n in range(200)]

    told = [window for window in pack(clips, 7, 0) if window.previous]

    assert 25 <= len(told) <= 75
    assert {window.previous for window in told} == {tuple(range(20, 120))}
    tokens, prompt = told[0].tokens(Counting())
    assert tokens[:103] == (9, *range(20, 120), 1, 2)
    assert prompt == 101 + (3 if told[0].timestamps else 4)
    assert not any(window.previous for window in pack(strangers, 7, 0))


def test_quiet_windows_say_nothing() -> None:
    windows = quiet(1000, 7, 0)

    assert len(windows) == 30
    assert windows == quiet(1000, 7, 0)
    assert windows != quiet(1000, 7, 1)
    assert len(quiet(1, 7, 0)) == 1
    assert windows[0].tokens(Counting()) == ((1, 2, 3, 4, 5), 4)
    audio = windows[0].waveform()
    assert (audio.dtype, audio.shape) == (np.float32, (WINDOW_SAMPLES,))
    loudness = 20 * np.log10(np.sqrt(np.mean(np.square(audio))))
    assert loudness == pytest.approx(windows[0].decibels, abs=0.1)
