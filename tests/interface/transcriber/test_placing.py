"""Short announcements with pauses, as real weights hear them, and where they put their words."""

import random
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from argot.corpus import prompts
from services.transcriber.adapters import recogniser
from services.transcriber.adapters.audio import SAMPLE_RATE
from services.transcriber.adapters.recogniser import Recogniser
from shared.runtime import base_models

SAID = (
    "Call-Forward on Busy.",
    "Password incorrect. Please enter your password followed by the pound key.",
    "Call forwarding.",
    "After the tone say your unavailable message and then press the pound key.",
    "Agent logged in.",
    "Speed-dial.",
    "Please enter one or more keywords separated by * and then press the pound key.",
)


class Announcements(NamedTuple):
    """Where each begins and ends, with what silence it has."""

    pcm: Path
    spans: list[tuple[float, float]]


def joined(texts: Sequence[str], draw: random.Random, pcm: Path) -> Announcements:
    """With pauses between them."""
    known = {" ".join(prompt.text.split()): prompt.path for prompt in prompts("en")}
    data, spans = pause(draw), []
    for text in texts:
        form = ["-ar", str(SAMPLE_RATE), "-ac", "1", "-f", "s16le", "-"]
        command = ["ffmpeg", "-v", "error", "-i", str(known[text]), *form]
        read = subprocess.run(command, check=True, capture_output=True).stdout
        begin = len(data) / 2 / SAMPLE_RATE
        spans.append((begin, begin + len(read) / 2 / SAMPLE_RATE))
        data += read + pause(draw)
    pcm.write_bytes(data)
    return Announcements(pcm, spans)


def pause(draw: random.Random) -> bytes:
    return bytes(2 * round(draw.uniform(0.3, 1.5) * SAMPLE_RATE))


@pytest.fixture(scope="module")
def model() -> Recogniser:
    return Recogniser(base_models.resolve("whisper-tiny.en"), "cpu", 1)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Announcements:
    return joined(SAID, random.Random(0), tmp_path_factory.mktemp("said") / "audio.pcm")


def test_windows_that_the_model_takes_for_silence_are_heard(
    model: Recogniser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recogniser, "NO_SPEECH", -1.0)  # it takes all of them for silence
    draw = random.Random(1)
    texts = [" ".join(prompt.text.split()) for prompt in draw.sample(prompts("en"), 60)][:32]
    pcm, spans = joined(texts, draw, tmp_path / "audio.pcm")
    segments = [each.segment for each in model.listen(pcm, "en") if each.segment]
    middles = [(word.start + word.end) / 2 for each in segments for word in each.words]
    heard = [any(start <= at <= end for at in middles) for start, end in spans]
    assert sum(heard) >= 0.9 * len(spans), heard


def test_words_are_put_where_they_are_said(model: Recogniser, said: Announcements) -> None:
    place = model.placer(said.pcm, "en")
    end = said.spans[-1][1]
    words = " ".join(SAID).split()
    placed = place(0, end, words)
    assert placed is not None
    assert [each.text for each in placed] == words
    times = [at for each in placed for at in (each.start, each.end)]
    assert times == sorted(times)
    assert 0 <= times[0] <= times[-1] <= end
    at = 0
    for text, (start, stop) in zip(SAID, said.spans, strict=True):
        mine = placed[at : at + len(text.split())]
        middle = mine[len(mine) // 2]
        assert start - 0.3 <= middle.start <= stop + 0.3, (text, start, stop, mine)
        at += len(mine)
    # The same again, from another beginning.
    again = place(said.spans[1][0] - 0.5, end, words[3:])
    assert again is not None
    assert np.median([abs(a.end - b.end) for a, b in zip(again, placed[3:], strict=True)]) < 0.1


def test_text_that_is_not_said_is_not_believed(model: Recogniser, said: Announcements) -> None:
    place = model.placer(said.pcm, "en")
    start, end = said.spans[1]
    right = place(start, end, SAID[1].split())
    unsaid = "Violet giraffes are dancing on a sunday morning in the rain"
    wrong = place(start, end, unsaid.split())
    assert right is not None
    assert wrong is not None
    assert np.mean([each.probability for each in right]) > 0.6
    assert np.mean([each.probability for each in wrong]) < 0.3


def test_what_a_model_cannot_take(model: Recogniser, said: Announcements) -> None:
    place = model.placer(said.pcm, "en")
    assert place(0, 20, ["word"] * 500) is None
    assert place(1, 1.1, ["word"]) is None
    placed = place(0, 2, ["<|endoftext|>", "…", "a" * 40, "你好"] * 8)
    assert placed is not None
    assert len(placed) == 32
    assert place(0, 2, []) == []
