"""Audio without speech, in which a model should hear nothing."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from shared.speech.words import normalise

from .recording import SAMPLE_RATE

SECONDS = 30
LOUDNESS = (-50.0, -25.0)
"""Decibels below full scale of the noises."""

COUNT = 2 + len(LOUDNESS)


def waveforms() -> Iterator[npt.NDArray[np.float32]]:
    """Silence, soft and loud white noise, and the hum of the mains; the same each time."""
    count = SECONDS * SAMPLE_RATE
    yield np.zeros(count, dtype=np.float32)
    draw = np.random.default_rng(0)
    for decibels in LOUDNESS:
        noise = draw.standard_normal(count) * 10 ** (decibels / 20)
        yield noise.astype(np.float32).clip(-1, 1)
    times = np.arange(count) / SAMPLE_RATE
    hum = np.sin(2 * np.pi * 50 * times) + np.sin(2 * np.pi * 150 * times) / 3
    yield (0.02 * hum).astype(np.float32)


def words_a_minute(texts: Sequence[str], language: str) -> float:
    """Words that were heard in these waveforms."""
    words = sum(len(normalise(text, language).split()) for text in texts)
    return words / (len(texts) * SECONDS / 60)
