"""Hot words for real weights: as many as there is room for."""

import wave
from pathlib import Path

import numpy as np
import pytest

from argot.corpus import Prompt
from services.transcriber.adapters.audio import SAMPLE_RATE
from services.transcriber.adapters.budget import HOT_TOKENS
from services.transcriber.adapters.recogniser import Recogniser

MANY = [f"Tadoussac{number}" for number in range(1000)]


@pytest.fixture(scope="module")
def model(whisper_base: Path) -> Recogniser:
    return Recogniser(whisper_base, "cpu", 1)


def tokens(model: Recogniser, text: str) -> int:
    return len(model._model.hf_tokenizer.encode(f" {text}", add_special_tokens=False).ids)


def test_the_first_words_that_fit_are_offered(model: Recogniser) -> None:
    assert model._offered([]) == ""
    assert model._offered(["Argot", "<|fr|>", "Saint-Jean"]) == "Argot, Saint-Jean"
    words = model._offered(MANY).split(", ")
    assert words == [each for each in MANY if each in words]
    assert HOT_TOKENS - 10 < tokens(model, ", ".join(words)) <= HOT_TOKENS
    assert model._offered(["long " * 200, "Argot"]) == "Argot"


@pytest.mark.parametrize("seconds", [6, 15.5, 31])
def test_many_words_leave_room_for_the_text(
    model: Recogniser, french: list[Prompt], tmp_path: Path, seconds: float
) -> None:
    """It has a limit, which together with the words must not be more than the decoder takes."""
    with wave.open(str(french[0].path)) as recording:
        samples = np.frombuffer(recording.readframes(recording.getnframes()), "<i2")
    padded = np.resize(np.repeat(samples, 2), int(seconds * SAMPLE_RATE))
    pcm = tmp_path / "audio.pcm"
    padded.tofile(pcm)
    assert [each.segment for each in model.listen(pcm, "fr", MANY) if each.segment]
