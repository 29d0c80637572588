"""What becomes of the files of a run, and who hears of it."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol


@dataclass(frozen=True)
class Outcome:
    """The end of one file; `id` is the dataset row's, or the transcription's, once uploaded."""

    path: Path
    kind: Literal["uploaded", "skipped", "rejected", "failed"]
    detail: str = ""
    id: str | None = None


class Watcher(Protocol):
    """Hears of the progress, from several threads."""

    def begins(self, path: Path, size: int, left: int) -> None:
        """The file has `size` bytes, of which `left` are to be sent."""

    def sends(self, path: Path, count: int) -> None:
        """More bytes are sent; negative where a part starts over."""

    def ends(self, outcome: Outcome) -> None:
        """Nothing more will happen to the file."""


def name_of(path: Path) -> str:
    """The file's name as text; bytes that are none become U+FFFD, which validation then names."""
    return os.fsencode(path.name).decode(errors="replace")
