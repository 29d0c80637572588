"""Segments whose text is probably not what is said in them.

The base model is asked, before it has learnt them by heart. Of the training part, segments whose
text it finds far less likely than the others' are listened to; the held-out part it has heard
anyway. A segment is suspected if most of the letters that it hears are others.
"""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .recording import SAMPLE_RATE, Clip
from .scoring import count_letters, error_rate, fold
from .windows import Window

MOST = 20
"""Segments that are listened to, and that are reported."""

UNLIKELY = 5.0
"""Times the usual distance from the median of the losses."""

STANDARD_DEVIATION = 1.4826
"""Of a normal distribution, in median absolute deviations."""

DIFFERENT = 0.6
"""Share of letters that are others."""


@dataclass(frozen=True)
class Suspect:
    """A clip and what the base model heard in it."""

    clip: Clip
    heard: str
    rate: float

    def document(self) -> dict[str, object]:
        """``{file, start, end, written, heard}``, in seconds of the file."""
        return {
            "file": self.clip.recording,
            "start": round(self.clip.begin / SAMPLE_RATE, 3),
            "end": round(self.clip.stop / SAMPLE_RATE, 3),
            "written": self.clip.text,
            "heard": self.heard,
        }


def losses_of_clips(
    windows: Sequence[Window], losses: Sequence[npt.NDArray[np.float32]]
) -> dict[Clip, float]:
    """The mean loss of each clip's text, from those of the windows' tokens after their prompts."""
    found: dict[Clip, float] = {}
    for window, tokens in zip(windows, losses, strict=True):
        place = 0
        for piece in window.pieces:
            begin = place + window.timestamps
            stop = begin + len(piece.clip.tokens)
            found[piece.clip] = float(tokens[begin:stop].mean())
            place = stop + window.timestamps
    return found


def unlikely(losses: Mapping[Clip, float]) -> list[Clip]:
    """The clips whose losses are far above the others', the farthest first, 20 at most."""
    values = list(losses.values())
    middle = statistics.median(values)
    spread = STANDARD_DEVIATION * statistics.median(abs(value - middle) for value in values)
    found = [clip for clip, loss in losses.items() if loss > middle + UNLIKELY * spread]
    return sorted(found, key=lambda clip: -losses[clip])[:MOST]


def suspects(
    listened: Mapping[Clip, str], held_out: Mapping[Clip, str], language: str
) -> list[Suspect]:
    """The clips in which something else is heard, the most different first, 20 at most.

    Both map clips to what the base model heard. Where it is poor at most of the ``held_out`` ones,
    it must be all the more different.
    """

    def differing(clip: Clip, text: str) -> float:
        counts = count_letters(fold(clip.text, language), fold(text, language), language)
        return error_rate([counts])

    usual = statistics.median(differing(clip, text) for clip, text in held_out.items())
    found = [
        Suspect(clip, text, differing(clip, text))
        for clip, text in {**listened, **held_out}.items()
    ]
    odd = [each for each in found if each.rate >= max(DIFFERENT, 2 * usual)]
    return sorted(odd, key=lambda each: -each.rate)[:MOST]
