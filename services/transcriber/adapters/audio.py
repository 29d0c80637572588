"""16-bit samples on disk, and where long audio is cut."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 16_000
SPAN_SECONDS = 300
"""Longer audio is heard in spans, so that memory stays flat."""
BORDER_SECONDS = 30
"""A span ends at the quietest moment of its last seconds."""

_FRAME = SAMPLE_RATE // 10

Samples = npt.NDArray[np.int16]


class PcmFile:
    """16-bit samples that are read where they are asked for.

    A mapped file would do, but all that was read of it counts as memory of the process.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._length = path.stat().st_size // 2

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, wanted: slice) -> Samples:
        begin, end, _ = wanted.indices(self._length)
        return np.fromfile(self._path, "<i2", end - begin, offset=2 * begin)


def spans(samples: Samples | PcmFile, begin: int = 0) -> Iterator[tuple[int, int]]:
    """Cut into spans of 5 minutes at most, the last one half a minute more: (begin, end).

    From where a span ended they go on as if they had begun at 0.
    """
    longest, border = SPAN_SECONDS * SAMPLE_RATE, BORDER_SECONDS * SAMPLE_RATE
    while len(samples) - begin > longest + border:
        searched = begin + longest - border
        end = searched + quietest(samples[searched : begin + longest])
        yield begin, end
        begin = end
    yield begin, len(samples)


def quietest(samples: Samples | npt.NDArray[np.float32]) -> int:
    """The middle of the quietest half second, in samples from the beginning."""
    frames = samples[: len(samples) // _FRAME * _FRAME].astype(np.float32).reshape(-1, _FRAME)
    energies = np.convolve((frames**2).mean(axis=1), np.ones(5), mode="valid")
    return (int(energies.argmin()) * 2 + 5) * _FRAME // 2
