"""Captions placed by their own text and moved to pauses: what holds for all of them, and how."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.speech.alignment.align import align, refine
from shared.speech.alignment.doubting import is_hurried
from shared.speech.alignment.loudness import RATE, activity
from shared.speech.alignment.settling import settle
from shared.speech.alignment.values import Alignment, HeardWord
from shared.speech.alignment.windows import LONGEST_SECONDS, windows

from .heard import check, said, spans, texts

Samples = npt.NDArray[np.int16]


def sound(seconds: float, *loud: tuple[float, float], noise: float = 0.0) -> Samples:
    """Bursts as broad as speech in silence, or in noise, so loud as full scale has 1."""
    draw = np.random.default_rng(1)
    count = round(seconds * RATE)
    samples = noise * draw.standard_normal(count)
    voice = 0.1 * draw.standard_normal(count)
    for start, end in loud:
        begin, stop = round(start * RATE), round(end * RATE)
        samples[begin:stop] += voice[begin:stop]
    return (samples.clip(-1, 1) * 32767).astype(np.int16)


def nowhere(_start: float, _end: float, _words: Sequence[str]) -> None:
    """A model that takes none."""


def evenly(probability: float) -> Callable[[float, float, Sequence[str]], list[HeardWord]]:
    """A model that gives each word the same time."""

    def place(start: float, end: float, words: Sequence[str]) -> list[HeardWord]:
        share = (end - start) / len(words)
        return [
            HeardWord(start + share * at, start + share * (at + 1), word, probability)
            for at, word in enumerate(words)
        ]

    return place


def ignored(_done: float) -> None:
    """Nobody waits."""


@pytest.mark.parametrize("noise", [0.0, 0.03])
def test_borders_move_to_where_speech_begins_and_ends(noise: float) -> None:
    samples = sound(12, (1, 3), (3.6, 5), (9, 11), noise=noise)
    heard = [*said("un deux trois quatre", 1.2), *said("cinq six", 3.4), *said("sept huit", 9.3)]
    found = align("un deux trois quatre\ncinq six\nsept huit", heard, "fr", 12)
    moved = refine(found, samples, nowhere, ignored)
    assert spans(moved) == [
        (pytest.approx(start, abs=0.05), pytest.approx(end, abs=0.05))
        for start, end in [(1, 3), (3.6, 5), (9, 11)]
    ]
    check("un deux trois quatre\ncinq six\nsept huit", moved, 12)


def test_borders_in_running_speech_stay() -> None:
    heard = said("un deux trois quatre", 1)
    found = align("un deux\ntrois quatre", heard, "fr", 4)
    moved = refine(found, sound(4, (0, 4)), nowhere, ignored)
    assert spans(moved)[0][1] == spans(found)[0][1]
    assert spans(moved)[1][0] == spans(found)[1][0]


def test_text_that_was_misheard_is_found_where_the_model_believes_it() -> None:
    text = "un deux trois quatre\nrien de tel\ncinq six sept huit"
    heard = [*said("un deux trois quatre"), *said("cinq six sept huit", 4)]
    found = align(text, heard, "fr", 7)
    samples = sound(7, (0, 1.9), (2.2, 3.7), (4, 5.9))
    assert [cue.matched for cue in found.cues] == [True, False, True]

    moved = refine(found, samples, evenly(0.8), ignored)

    assert [cue.matched for cue in moved.cues] == [True, True, True]
    assert [cue.confidence for cue in moved.cues] == [0.8] * 3
    check(text, moved, 7)


def test_text_that_the_model_does_not_believe_takes_no_time_of_others() -> None:
    text = "un deux trois quatre\nrien de tel\ncinq six sept huit"
    heard = [*said("un deux trois quatre"), *said("cinq six sept huit", 2.2)]
    asked: list[list[str]] = []

    def place(start: float, end: float, words: Sequence[str]) -> list[HeardWord]:
        asked.append(list(words))
        return evenly(0.01)(start, end, words)

    moved = refine(align(text, heard, "fr", 5), sound(5, (0, 4.2)), place, ignored)

    assert asked == [
        [
            "un",
            " deux",
            " trois",
            " quatre",
            "rien",
            " de",
            " tel",
            "cinq",
            " six",
            " sept",
            " huit",
        ]
    ]
    assert [cue.matched for cue in moved.cues] == [True, False, True]
    assert moved.cues[1].confidence == 0
    check(text, moved, 5)


def test_text_that_has_no_time_to_be_said_is_not_believed() -> None:
    text = "un deux trois quatre\ncinq six sept huit\ncinq six sept huit"
    heard = [*said("un deux trois quatre"), *said("cinq six sept huit", 2.2)]

    def place(_start: float, _end: float, words: Sequence[str]) -> list[HeardWord]:
        """The last line has a thousandth of a second, as the decoder's attention may give it."""
        times = [*np.linspace(0, 4.2, 9), *np.linspace(4.2, 4.201, 5)[1:]]
        return [
            HeardWord(start, end, word, 0.95)
            for word, (start, end) in zip(words, pairwise(times), strict=True)
        ]

    moved = refine(align(text, heard, "fr", 8), sound(8, (0, 4.2)), place, ignored)

    assert [cue.matched for cue in moved.cues] == [True, True, False]
    last = moved.cues[-1]
    assert [last.confidence, *(word.confidence for word in last.words)] == [0] * 5
    assert last.end - last.start > 0.9
    assert min(word.end - word.start for word in last.words) > 0.2
    check(text, moved, 8)


def test_windows_hold_all_cues_and_are_cut_where_words_were_heard() -> None:
    lines = [f"le mot {chr(97 + at // 26)}{chr(97 + at % 26)}x vient" for at in range(60)]
    heard = [word for at, line in enumerate(lines) for word in said(line, 3 * at)]
    heard += said("puis le reste de la page", 200)
    text = "\n".join([*lines, "puis le reste de la page"])
    found = align(text, heard, "fr", 210)
    chosen = windows(found.cues, 210)
    assert [at for window in chosen for at in window.cues] == list(range(61))
    assert all(0 <= one.start < one.end <= 210 for one in chosen)
    assert all(one.end - one.start <= LONGEST_SECONDS for one in chosen)
    assert chosen[-1].cues == range(60, 61)  # nobody knows what is said before it
    assert chosen[-1].start >= 198


def test_what_is_unsure_for_long_has_no_window() -> None:
    text = "\n".join(["un deux trois", *["rien de tel"] * 5, "six sept huit"])
    heard = [*said("un deux trois"), *said("six sept huit", 60)]
    found = align(text, heard, "fr", 70)
    assert windows(found.cues, 70) == []
    assert spans(refine(found, sound(70, (0, 1.4), (60, 61.4)), nowhere, ignored))


def test_the_work_is_told_and_may_be_stopped() -> None:
    heard = [word for at in range(40) for word in said("un deux trois", 3 * at)]
    found = align("\n".join(["un deux trois"] * 40), heard, "fr", 120)
    told: list[float] = []
    refine(found, sound(120), evenly(0.5), told.append)
    assert told == sorted(told)
    assert 0 <= told[0] <= told[-1] <= 1

    def stop(_done: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        refine(found, sound(120), evenly(0.5), stop)


def test_activity_is_the_same_in_blocks_and_knows_no_end() -> None:
    samples = sound(70, *((at, at + 0.5) for at in range(70)), noise=0.001)
    frames = activity(samples)
    assert len(frames) == 7000
    loud = frames.reshape(70, 100) > 0
    assert loud[:, 2:48].mean() > 0.99
    assert loud[:, 55:95].mean() < 0.05
    assert len(activity(samples[:100])) == 0


WORDS = ["un", "deux,", "Trois.", "«", "…", "你好。"]


@given(
    lines=st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5), max_size=12),
    data=st.data(),
)
def test_refined_cues_are_the_text_in_order_inside_the_audio(
    lines: list[list[str]], data: st.DataObject
) -> None:
    text = "\n".join(map(" ".join, lines))
    times = st.floats(0, 8, allow_nan=False)
    words = st.builds(HeardWord, times, times, st.sampled_from([*WORDS, "bla"]), st.floats(0, 1))
    heard = data.draw(st.lists(words, max_size=30))
    seconds = data.draw(st.integers(1, 6 * RATE)) / RATE
    found = align(text, heard, "fr", seconds)
    places = data.draw(st.sampled_from([nowhere, evenly(0.9), evenly(0.0)]))
    samples = sound(seconds, *data.draw(st.lists(st.tuples(times, times), max_size=3)))
    refined = refine(found, samples, places, ignored)
    check(text, refined, seconds)
    assert not any(cue.matched and is_hurried(cue) for cue in refined.cues)


def test_audio_of_less_than_a_millisecond() -> None:
    found = align("un deux", [], "fr", 1 / RATE)
    check("un deux", refine(found, sound(1 / RATE), evenly(0.9), ignored), 1 / RATE)


@given(frames=st.lists(st.floats(-1, 1, width=32), max_size=600), data=st.data())
def test_settled_cues_are_in_order_inside_the_audio(
    frames: list[float], data: st.DataObject
) -> None:
    text = "un deux\ntrois\nquatre cinq\nsix"
    starts = sorted(data.draw(st.lists(st.floats(0, 6), min_size=6, max_size=6)))
    heard = [
        HeardWord(at, at + 0.3, word, 0.9) for at, word in zip(starts, text.split(), strict=True)
    ]
    found = align(text, heard, "fr", 6)
    cues = settle(found.cues, np.array(frames, np.float32), 6)
    check(text, Alignment(tuple(cues), ()), 6)
    assert texts(found) == [cue.text for cue in cues]
