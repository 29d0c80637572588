from collections.abc import Callable
from pathlib import Path

import pytest

from services.trainer.engine.recording import SAMPLE_RATE, Clip


@pytest.fixture
def clip() -> Callable[..., Clip]:
    """Makes clips; `at` and `seconds` are in seconds."""

    def make(
        recording: str = "a.wav",
        index: int = 0,
        seconds: float = 3.0,
        at: float = 0.0,
        text: str = "bonjour",
        tokens: int = 4,
    ) -> Clip:
        begin = round(at * SAMPLE_RATE)
        stop = begin + round(seconds * SAMPLE_RATE)
        return Clip(recording, index, Path("none.pcm"), begin, stop, text, tuple(range(tokens)))

    return make
