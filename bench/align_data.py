"""The recordings of the alignment benchmark: prompts, joined with known borders.

The true borders of a prompt are its first and last 10 ms that are louder than 35 dB below its
loudest, in the studio recording: before it is joined and before any noise. Around that, and in the
pauses of 0.3 to 1.5 s between prompts, there is nothing but what the studio left.

Noise is pink (as much power in each octave), the same each time, 10 dB softer than speech on the
average between the borders.
"""

import random
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from argot.corpus import Language, prompts

RATE = 8000
FRAME = RATE // 100
SOFTEST_DB = -35.0
PAUSE_SECONDS = (0.3, 1.5)
NOISE_DB = -10.0
LOWEST_HZ = 50.0
SEED = 20

Samples = npt.NDArray[np.float64]


class Border(NamedTuple):
    """Where the speech of a prompt begins and ends, in seconds of the recording."""

    start: float
    end: float


class Talk(NamedTuple):
    """Prompts with pauses between them; a line of text each."""

    samples: Samples
    lines: tuple[str, ...]
    borders: tuple[Border, ...]

    @property
    def text(self) -> str:
        """What an alignment is given."""
        return "\n".join(self.lines)


def talk(language: Language, count: int) -> Talk:
    """So many prompts, drawn without order; the same each time."""
    draw = random.Random(SEED)  # noqa: S311 - the same each time, not secret
    chosen = draw.sample(prompts(language), count)
    parts = [_pause(draw)]
    borders: list[Border] = []
    at = len(parts[0])
    for prompt in chosen:
        samples, pause = _read(prompt.path), _pause(draw)
        start, end = _spoken(samples)
        borders.append(Border((at + start) / RATE, (at + end) / RATE))
        parts += [samples, pause]
        at += len(samples) + len(pause)
    lines = tuple(" ".join(prompt.text.split()) for prompt in chosen)
    return Talk(np.concatenate(parts), lines, tuple(borders))


def in_noise(clean: Talk) -> Talk:
    """The same with noise all along."""
    spoken = [
        clean.samples[round(each.start * RATE) : round(each.end * RATE)] for each in clean.borders
    ]
    power = float(np.mean(np.concatenate(spoken) ** 2)) * 10 ** (NOISE_DB / 10)
    noise = _pink(len(clean.samples))
    return clean._replace(samples=clean.samples + noise * np.sqrt(power / np.mean(noise**2)))


def write(samples: Samples, path: Path) -> float:
    """A WAV file, softened where it would be too loud; how many seconds it has."""
    loudest = max(1.0, float(np.abs(samples).max()))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.round(samples / loudest * 32767).astype("<i2").tobytes())
    return len(samples) / RATE


def _read(path: Path) -> Samples:
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        read = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return read.astype(np.float64) / 32768


def _pause(draw: random.Random) -> Samples:
    return np.zeros(round(draw.uniform(*PAUSE_SECONDS) * RATE))


def _spoken(samples: Sequence[float] | Samples) -> tuple[int, int]:
    """The first sample of speech and the one after its last, by the frame."""
    frames = np.asarray(samples)[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    power = (frames**2).mean(axis=1)
    loud = np.flatnonzero(power > power.max() * 10 ** (SOFTEST_DB / 10))
    return int(loud[0]) * FRAME, int(loud[-1] + 1) * FRAME


def _pink(count: int) -> Samples:
    spectrum = np.fft.rfft(np.random.default_rng(SEED).standard_normal(count))
    frequencies = np.fft.rfftfreq(count, 1 / RATE)
    return np.fft.irfft(spectrum / np.sqrt(np.maximum(frequencies, LOWEST_HZ)), count)
