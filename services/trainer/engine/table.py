"""Encoder outputs or spectrograms on disk: computed once, read in every epoch."""

import json
import math
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

FLUSH_EVERY = 32
"""Rows that an interruption can cost at most."""


@dataclass(frozen=True)
class Note:
    """What is beside a table: whose it is, and how many rows are good."""

    key: str
    done: int


class Table:
    """A memory-mapped array, shape ``(count, *shape of a row)``.

    ``key`` names what is in it: a table of another key is begun anew, one of the same key is
    filled up where it ended.
    """

    def __init__(self, path: Path, key: str, shape: tuple[int, ...], dtype: npt.DTypeLike) -> None:
        self._path = path
        self._note = path.with_suffix(".json")
        self._key = key
        self._shape = shape
        self._dtype = np.dtype(dtype)
        known = self._read_note()
        self.done = known.done if known and known.key == key and path.exists() else 0
        path.parent.mkdir(parents=True, exist_ok=True)
        if not self.done:
            self._allocate()

    def __len__(self) -> int:
        return self._shape[0]

    def fill(
        self,
        compute: Callable[[int], npt.NDArray[np.float32]],
        tick: Callable[[float], None],
    ) -> None:
        """Compute the missing rows; ``tick`` hears the finished share, 0 to 1, and may raise."""
        for index in range(self.done, len(self)):
            tick(index / len(self))
            rows = self._rows("r+")
            rows[index] = compute(index)
            if (index + 1) % FLUSH_EVERY == 0 or index + 1 == len(self):
                rows.flush()
                self._note_done(index + 1)
        tick(1.0)

    def take(self, indices: list[int]) -> npt.NDArray[np.floating]:
        """A copy of some rows, shape ``(len(indices), *shape of a row)``."""
        return np.array(self._rows("r")[indices])

    def _allocate(self) -> None:
        """A full disk is told here, by an `OSError`; a page without a place would be a signal."""
        size = math.prod(self._shape) * self._dtype.itemsize
        with self._path.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(1, size))

    def _rows(self, mode: Literal["r", "r+"]) -> np.memmap[tuple[int, ...], np.dtype[np.floating]]:
        """Mapped anew each time: the pages of a mapping that lives on count as this process's."""
        return np.memmap(self._path, dtype=self._dtype, mode=mode, shape=self._shape)

    def _note_done(self, done: int) -> None:
        self.done = done
        partial = self._note.with_suffix(".partial")
        partial.write_text(json.dumps(asdict(Note(self._key, done))), "utf-8")
        partial.replace(self._note)

    def _read_note(self) -> Note | None:
        try:
            return Note(**json.loads(self._note.read_text("utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None
