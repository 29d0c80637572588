from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import BPE

from services.trainer.engine import EngineFault, Recording, Segment
from services.trainer.engine.alignment import Aligned
from services.trainer.engine.ledger import Drop
from services.trainer.engine.recording import SAMPLE_RATE
from services.trainer.engine.selection import select
from services.trainer.engine.vocabulary import Vocabulary


class Letters(Vocabulary):
    """A vocabulary of one token a character."""

    def __init__(self) -> None:
        super().__init__(Tokenizer(BPE()), (1, 2, 3), 9, 4, 5, (), ())

    def encode(self, text: str) -> tuple[int, ...]:
        return tuple(range(len(text)))


@pytest.fixture
def recording(tmp_path: Path) -> Callable[..., Recording]:
    pcm = tmp_path / "a.pcm"
    np.zeros(100 * SAMPLE_RATE, dtype="<i2").tofile(pcm)
    return lambda *segments: Recording("a.wav", pcm, tuple(segments))


GOOD = (Segment(0, 2, "un"), Segment(2, 4, "deux"), Segment(4, 6, "trois"))


@pytest.mark.parametrize(
    ("segment", "reason"),
    [
        (Segment(10, 10.4, "x"), "cue-too-short"),
        (Segment(10, 40.1, "x"), "not-aligned"),
        (Segment(10, 40.1, " … "), "no-text"),
        (Segment(98, 101, "x"), "outside-audio"),
        (Segment(10, 12, " … "), "no-text"),
        (Segment(10, 12, "<|0.00|> <|nospeech|>"), "no-text"),
        (Segment(10, 40, "x" * 445), "text-too-long"),
    ],
)
def test_what_falls_out(recording: Callable[..., Recording], segment: Segment, reason: str) -> None:
    found = select([recording(*GOOD, segment)], Letters(), "fr")
    assert [clip.text for clip in found.clips] == ["un", "deux", "trois"]
    begin, stop = round(segment.start * SAMPLE_RATE), round(segment.end * SAMPLE_RATE)
    assert found.drops == (Drop("a.wav", begin, stop, reason),)


def test_marks_of_whisper_are_not_learnt(recording: Callable[..., Recording]) -> None:
    marked = Segment(10, 12, " <|0.00|> quatre <|2.00|><|endoftext|>")
    found = select([recording(*GOOD, marked)], Letters(), "fr")
    assert [clip.text for clip in found.clips] == ["un", "deux", "trois", "quatre"]


def test_a_long_segment_is_cut_by_who_can_hear_it(recording: Callable[..., Recording]) -> None:
    asked: list[Segment] = []

    def align(_: Recording, segment: Segment) -> Aligned:
        asked.append(segment)
        return Aligned((Segment(20, 49, "x"), Segment(49, 70, "y")), ((70.0, 100.0),))

    found = select([recording(*GOOD, Segment(20, 1e9, "x y z"))], Letters(), "fr", align)

    assert asked == [Segment(20, 100, "x y z")]
    assert [clip.text for clip in found.clips[3:]] == ["x", "y"]
    assert found.drops == (Drop("a.wav", 70 * SAMPLE_RATE, 100 * SAMPLE_RATE, "not-aligned"),)


def test_a_text_over_the_decoders_context_is_split_into_parts_that_fit(
    recording: Callable[..., Recording],
) -> None:
    words = " ".join(f"{number:09}" for number in range(100))  # 999 letters: three parts
    found = select(
        [recording(*GOOD, Segment(10, 40, words), Segment(50, 52, "x"))], Letters(), "fr"
    )
    parts = found.clips[3:-1]
    assert " ".join(clip.text for clip in parts) == words
    assert [(clip.begin / SAMPLE_RATE, clip.stop / SAMPLE_RATE) for clip in parts] == [
        (10, 20),
        (20, 30),
        (30, 40),
    ]
    assert all(len(clip.tokens) <= 442 for clip in parts)
    assert [clip.index for clip in found.clips] == list(range(7))
    assert found.drops == ()


def test_a_text_that_no_split_makes_fit_is_left_out(recording: Callable[..., Recording]) -> None:
    words = " ".join(["x" * 50] * 100)  # ten parts and more, of a tenth of a second
    found = select([recording(*GOOD, Segment(10, 11, words))], Letters(), "fr")
    assert found.drops == (Drop("a.wav", 10 * SAMPLE_RATE, 11 * SAMPLE_RATE, "text-too-long"),)


def test_an_end_a_little_after_the_audio_is_cut(recording: Callable[..., Recording]) -> None:
    found = select([recording(*GOOD, Segment(98, 100.2, "x"))], Letters(), "fr")
    assert found.clips[-1].seconds == 2.0


def test_nothing_usable_is_a_fault_of_the_data(recording: Callable[..., Recording]) -> None:
    with pytest.raises(EngineFault) as caught:
        select([recording(Segment(0, 0.1, "x"))], Letters(), "fr")
    assert (caught.value.code, caught.value.fault) == ("no-usable-data", "data")
    data = caught.value.as_json()["data"]
    assert (data["segments"], data["seconds_used"]) == (0, 0.0)
    assert {each["reason"]: each["seconds"] for each in data["dropped"]} == {
        "cue-too-short": 0.1,
        "no-cue": 99.9,
    }


def test_two_segments_are_too_few(recording: Callable[..., Recording]) -> None:
    with pytest.raises(EngineFault) as caught:
        select([recording(*GOOD[:2])], Letters(), "fr")
    assert caught.value.code == "too-few-segments"
    assert caught.value.data == {
        "segments": 2,
        "seconds_used": 4.0,
        "dropped": [
            {"file": "a.wav", "reason": "no-cue", "seconds": 96.0, "spans": [(4.0, 100.0)]}
        ],
    }


def test_missing_audio_is_a_fault_of_the_platform(tmp_path: Path) -> None:
    with pytest.raises(EngineFault) as caught:
        select([Recording("a.wav", tmp_path / "none.pcm", GOOD)], Letters(), "fr")
    assert (caught.value.code, caught.value.fault) == ("recording-unreadable", "platform")
