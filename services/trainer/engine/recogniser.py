"""Clips to text through CTranslate2, which is what serves a model."""

import os
from pathlib import Path

import ctranslate2
import numpy as np
import numpy.typing as npt

from .hardware import Hardware
from .vocabulary import Vocabulary

MAX_TEXT_TOKENS = 224
"""Half of the decoder's context, as in OpenAI's code: the rest is for the preceding text."""


class Recogniser:
    """A CTranslate2 model with the language forced, without timestamps.

    Scoring is greedy by default. Base and tuned model share encoder outputs: the encoder is
    frozen, and a clip's encoding costs four times its decoding.
    """

    def __init__(
        self, model_dir: Path, vocabulary: Vocabulary, hardware: Hardware, threads: int, beam: int
    ) -> None:
        self._vocabulary = vocabulary
        self._beam = beam
        self._model = ctranslate2.models.Whisper(
            str(model_dir),
            device=hardware.device,
            compute_type=hardware.compute_type,
            intra_threads=threads or len(os.sched_getaffinity(0)),
        )

    def encode(self, spectrogram: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Spectrogram ``(mels, 3000)`` to encoder output ``(1500, width)``."""
        view = ctranslate2.StorageView.from_array(np.ascontiguousarray(spectrogram[None]))
        output = self._model.encode(view, to_cpu=True)
        table: npt.NDArray[np.float32] = np.array(output.to(ctranslate2.DataType.float32))[0]
        return table

    def decode(self, encodings: npt.NDArray[np.floating]) -> list[str]:
        """Encoder outputs ``(clips, 1500, width)`` to one text a clip."""
        view = ctranslate2.StorageView.from_array(np.ascontiguousarray(encodings, dtype=np.float32))
        prompt = list(self._vocabulary.plain_start)
        found = self._model.generate(
            view,
            [prompt] * len(encodings),
            beam_size=self._beam,
            max_length=len(prompt) + MAX_TEXT_TOKENS,
        )
        return [self._vocabulary.decode(each.sequences_ids[0]) for each in found]

    def languages(self, encodings: npt.NDArray[np.floating]) -> list[str]:
        """What each of the encoder outputs ``(clips, 1500, width)`` sounds like most.

        A model of English only hears English.
        """
        if not self._model.is_multilingual:
            return ["en"] * len(encodings)
        view = ctranslate2.StorageView.from_array(np.ascontiguousarray(encodings, dtype=np.float32))
        return [found[0][0].strip("<|>") for found in self._model.detect_language(view)]
