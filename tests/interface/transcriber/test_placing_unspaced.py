"""Text without spaces between words, as real weights would write it."""

from pathlib import Path

import numpy as np
import pytest
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer

from services.transcriber.adapters.placing import place_words, told

SECONDS = 8
TEXT = "今天天气很好,我们去 公园散步。OpenAI发𠀀"
SPLIT = [*TEXT[: TEXT.index(" ")], " 公", *TEXT[TEXT.index("园") :]]
"""A word a character, as captions have them; one has a space before it."""


@pytest.fixture(scope="module")
def model(whisper_base: Path) -> WhisperModel:
    return WhisperModel(str(whisper_base), device="cpu", compute_type="int8_float32")


def test_a_run_of_characters_is_told_as_the_model_writes_it(model: WhisperModel) -> None:
    tokenizer = Tokenizer(model.hf_tokenizer, multilingual=True, task="transcribe", language="zh")
    encoded = told(tokenizer, SPLIT, "zh")
    assert [token for piece in encoded.pieces for token in piece] == tokenizer.encode(TEXT)
    assert len(encoded.pieces) < len(SPLIT), "some tokens have several characters"
    assert sum(encoded.letters) == len(TEXT)


def test_no_mark_of_the_model_can_be_told(model: WhisperModel) -> None:
    tokenizer = Tokenizer(model.hf_tokenizer, multilingual=True, task="transcribe", language="zh")
    encoded = told(tokenizer, list("好<|endoftext|>"), "zh")
    assert all(token < tokenizer.eot for piece in encoded.pieces for token in piece)


def test_each_character_has_its_share_of_the_time(model: WhisperModel) -> None:
    noise = 0.01 * np.random.default_rng(1).standard_normal(SECONDS * 16_000)
    placed = place_words(model, noise.astype(np.float32), "zh", SPLIT)
    assert placed is not None
    assert [each.text for each in placed] == SPLIT
    times = [at for each in placed for at in (each.start, each.end)]
    assert times == sorted(times)
    assert (times[0], times[-1]) == (0, pytest.approx(SECONDS, abs=0.02))
    assert all(0 <= each.probability <= 1 for each in placed)
    today = placed[:2]  # one token
    assert today[0].probability == today[1].probability
    assert today[0].end - today[0].start == pytest.approx(today[1].end - today[1].start)
