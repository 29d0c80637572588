from pathlib import Path

import pytest

from services.trainer.engine.recording import SAMPLE_RATE, Clip


@pytest.fixture
def clip():
    """Makes clips; `at` and `seconds` are in seconds."""

    def make(recording="a.wav", index=0, seconds=3.0, at=0.0, text="bonjour", tokens=4):
        begin = round(at * SAMPLE_RATE)
        stop = begin + round(seconds * SAMPLE_RATE)
        return Clip(recording, index, Path("none.pcm"), begin, stop, text, tuple(range(tokens)))

    return make
