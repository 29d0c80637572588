"""The log-mel spectrogram, computed by faster-whisper as it is when a model serves."""

import numpy as np
import numpy.typing as npt
from faster_whisper.feature_extractor import FeatureExtractor

FRAMES = 3000
"""Frames of 10 ms in a window."""


class Spectrograms:
    """Waveforms to the encoder's input; ``mels`` is 80, or 128 from large-v3 on."""

    def __init__(self, mels: int) -> None:
        self._extract = FeatureExtractor(feature_size=mels)
        self._mels = mels

    def of(self, waveform: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Shape ``(mels, 3000)``; up to 30 s of audio, the rest zeros."""
        # The last frame lies beyond the audio; faster-whisper leaves it out as well, and pads the
        # spectrogram, not the waveform.
        frames = self._extract(waveform)[:, :-1][:, :FRAMES]
        padded = np.zeros((self._mels, FRAMES), dtype=np.float32)
        padded[:, : frames.shape[1]] = frames
        return padded
