"""Waveforms as the part of a model that is trained takes them."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from transformers import WhisperForConditionalGeneration

from .features import FRAMES, Spectrograms
from .hardware import Hardware
from .table import Table


class Ears:
    """Encoder outputs for a decoder that is trained alone; spectrograms for a ``whole`` model.

    So a window passes an encoder that does not change only once. It is rounded for good, to what
    the hardware computes in: half as fast otherwise, and still nearer to the truth than the
    integers that serve.
    """

    def __init__(
        self, whisper: WhisperForConditionalGeneration, hardware: Hardware, *, whole: bool
    ) -> None:
        self._encoder = None if whole else whisper.model.encoder.to(hardware.dtype)
        self._hardware = hardware
        config = whisper.config
        self.spectrograms = Spectrograms(config.num_mel_bins)
        self._shape = (
            (config.num_mel_bins, FRAMES)
            if whole
            else (config.max_source_positions, config.d_model)
        )

    def table(self, path: Path, key: str, rows: int) -> Table:
        """A table for so many waveforms."""
        return Table(path, key, (rows, *self._shape), np.float16)

    @torch.inference_mode()
    def hear(self, waveform: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """A row of the table; up to 30 s of audio."""
        spectrogram = self.spectrograms.of(waveform)
        if self._encoder is None:
            return spectrogram
        given = torch.from_numpy(spectrogram)[None].to(self._hardware.device, self._hardware.dtype)
        heard = self._encoder(given).last_hidden_state[0]
        encoded: npt.NDArray[np.float32] = heard.float().cpu().numpy()
        return encoded
