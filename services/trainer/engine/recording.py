"""What comes in: decoded audio and the text spoken in it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 16_000
"""Hertz; the only rate that Whisper knows."""

BYTES_PER_SAMPLE = 2


@dataclass(frozen=True)
class Segment:
    """A stretch of speech: ``start`` and ``end`` in seconds from the recording's beginning."""

    start: float
    end: float
    text: str


@dataclass(frozen=True)
class Recording:
    """One audio file and its segments in order of time.

    ``pcm`` is a raw file of little-endian int16 samples, mono, at 16 kHz. ``name`` is what
    decides the split and what the drop ledger calls the file: it must be unique in a job.
    """

    name: str
    pcm: Path
    segments: tuple[Segment, ...]

    @property
    def samples(self) -> int:
        """Length of the audio in samples."""
        return self.pcm.stat().st_size // BYTES_PER_SAMPLE

    @property
    def seconds(self) -> float:
        """Length of the audio."""
        return self.samples / SAMPLE_RATE


@dataclass(frozen=True)
class Clip:
    """A segment fit for training or scoring: samples ``[begin, stop)`` of its recording.

    ``index`` is the segment's place in the recording, ``tokens`` its text in the base model's
    vocabulary, without special tokens.
    """

    recording: str
    index: int
    pcm: Path
    begin: int
    stop: int
    text: str
    tokens: tuple[int, ...]

    @property
    def samples(self) -> int:
        """Number of samples."""
        return self.stop - self.begin

    @property
    def seconds(self) -> float:
        """Length of the audio."""
        return self.samples / SAMPLE_RATE

    def waveform(self) -> npt.NDArray[np.float32]:
        """The audio, float32 in [-1, 1], shape ``(samples,)``."""
        return read_waveform(self.pcm, self.begin, self.stop)


def read_waveform(pcm: Path, begin: int, stop: int) -> npt.NDArray[np.float32]:
    """Samples ``[begin, stop)`` of a PCM file as float32 in [-1, 1].

    The file is mapped, so that a clip of a long recording costs only its own pages.
    """
    mapped = np.memmap(pcm, dtype="<i2", mode="r")
    return mapped[begin:stop].astype(np.float32) / np.float32(32768)
