"""When each token is said, by the decoder's attention to the audio, as OpenAI's Whisper finds it.

CTranslate2 does the same when a model serves; this is PyTorch's answer to compare with.
"""

import numpy as np
import numpy.typing as npt
import torch
from transformers.models.whisper.generation_whisper import _dynamic_time_warping, _median_filter

from .recording import SAMPLE_RATE

FRAME_SECONDS = 0.02
SMOOTHED = 7
"""Frames over which a weight is the median."""


def begins_by(weights: torch.Tensor, rows: slice, samples: int) -> npt.NDArray[np.float64]:
    """Seconds at which tokens begin, by weights of shape ``(heads, places, frames)``.

    ``rows`` are the places that foretell them and the end; the others only count in the means.
    """
    heard = weights[:, :, : round(samples / SAMPLE_RATE / FRAME_SECONDS)].float().cpu()
    shares = heard / heard.sum(dim=-1, keepdim=True)
    spread, mean = torch.std_mean(shares, dim=-2, keepdim=True, correction=0)
    smooth = _median_filter((shares - mean) / spread, SMOOTHED).mean(dim=0)
    return first_times(*_dynamic_time_warping(-smooth[rows].double().numpy()))[:-1]


def first_times(
    path: npt.NDArray[np.integer], frames: npt.NDArray[np.integer]
) -> npt.NDArray[np.float64]:
    """Of each token on a path ``(token, frame)``, the second of its first frame."""
    firsts = np.flatnonzero(np.diff(path, prepend=-1))
    return frames[firsts].astype(np.float64) * FRAME_SECONDS
