from collections.abc import Callable

import numpy as np
import pytest

from services.trainer.engine.recording import SAMPLE_RATE, Clip
from services.trainer.engine.suspicion import MOST, losses_of_clips, suspects, unlikely
from services.trainer.engine.windows import Piece, Window

MakeClip = Callable[..., Clip]


@pytest.mark.parametrize("timestamps", [False, True])
def test_each_clip_gets_the_losses_of_its_own_tokens(clip: MakeClip, timestamps: bool) -> None:
    clips = [clip("a.wav", tokens=2), clip("b.wav", tokens=3)]
    pieces = [
        Piece(each, 4 * place * SAMPLE_RATE, natural=False) for place, each in enumerate(clips)
    ]
    window = Window(tuple(pieces), timestamps, previous=(1, 2, 3))
    time = [9.0] if timestamps else []
    losses = [*time, 1.0, 3.0, *time, *time, 4.0, 5.0, 6.0, *time, 0.0]
    assert losses_of_clips([window], [np.array(losses, dtype=np.float32)]) == {
        clips[0]: 2.0,
        clips[1]: 5.0,
    }


def test_only_what_lies_far_above_the_others_is_unlikely(clip: MakeClip) -> None:
    losses = {clip(f"{number}.wav"): 1.0 + 0.01 * number for number in range(40)}
    assert unlikely(losses) == []
    odd, odder = clip("odd.wav"), clip("odder.wav")
    assert unlikely({**losses, odd: 4.0, odder: 6.0}) == [odder, odd]
    many = {clip(f"odd-{number}.wav"): 9.0 for number in range(MOST + 3)}
    assert len(unlikely({**losses, **many})) == MOST


def test_a_text_that_nobody_hears_is_suspected(clip: MakeClip) -> None:
    right = clip("right.wav", text="Composez le 22.", at=1.0)
    wrong = clip("wrong.wav", text="bonjour à tous", at=1.0)
    heard = {right: "composez le vingt-deux", wrong: "veuillez patienter"}
    (found,) = suspects({wrong: heard[wrong]}, {right: heard[right]}, "fr")
    assert found.document() == {
        "file": "wrong.wav",
        "start": 1.0,
        "end": 4.0,
        "written": "bonjour à tous",
        "heard": "veuillez patienter",
    }


def test_a_model_that_hears_little_suspects_nobody(clip: MakeClip) -> None:
    held_out = {clip(f"{number}.wav", text="bonjour à tous"): "uuuuuuuuuuuu" for number in range(9)}
    wrong = clip("wrong.wav", text="bonjour à tous")
    assert suspects({wrong: "veuillez patienter"}, held_out, "fr") == []


def test_what_is_wrong_among_the_held_out_hides_nothing(clip: MakeClip) -> None:
    held_out = {
        clip(f"{number}.wav", text="bonjour à tous"): "bonjour à tous" for number in range(3)
    }
    looping = clip("looping.wav", text="oui")
    wrong = clip("wrong.wav", text="bonjour à tous")
    held_out[looping] = "a " * 200
    found = suspects({wrong: "veuillez patienter"}, held_out, "fr")
    assert [each.clip for each in found] == [looping, wrong]
