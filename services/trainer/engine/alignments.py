"""Where long segments were cut, kept for the attempts to come.

Another machine may hear other words, and must train on the same clips all the same.
"""

import json
from collections.abc import Callable

import numpy as np
import torch

from .alignment import Aligned
from .recording import Recording, Segment

NAME = "alignments"
"""Of the tensor in a checkpoint: its header has no room for the text of a hundred hours."""

Place = tuple[str, float, float]


class Alignments:
    """What ``listen`` made of each long segment; it is asked for those that are not ``known``."""

    def __init__(
        self, listen: Callable[[Recording, Segment], Aligned], known: torch.Tensor | None
    ) -> None:
        self._listen = listen
        self._found = {} if known is None else _read(known)

    def __call__(self, recording: Recording, segment: Segment) -> Aligned:
        """The pieces of a segment that lies within the recording."""
        place = (recording.name, segment.start, segment.end)
        if place not in self._found:
            self._found[place] = self._listen(recording, segment)
        return self._found[place]

    def tensor(self) -> torch.Tensor:
        """All that is known, as bytes."""
        document = [
            [place, [[p.start, p.end, p.text] for p in found.pieces], found.dropped]
            for place, found in self._found.items()
        ]
        content = json.dumps(document).encode()
        return torch.from_numpy(np.frombuffer(content, np.uint8).copy())


def _read(known: torch.Tensor) -> dict[Place, Aligned]:
    found: dict[Place, Aligned] = {}
    for (name, start, end), pieces, dropped in json.loads(known.numpy().tobytes()):
        cut = tuple(Segment(*piece) for piece in pieces)
        found[name, start, end] = Aligned(cut, tuple((begin, stop) for begin, stop in dropped))
    return found
