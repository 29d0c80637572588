"""Clips to text through CTranslate2, which is what serves a model."""

import os
from pathlib import Path

import ctranslate2
import numpy as np
import numpy.typing as npt

from .hardware import Hardware
from .vocabulary import MAX_TOKENS, Vocabulary

MAX_TEXT_TOKENS = MAX_TOKENS // 2
"""As in OpenAI's code: the rest is for the preceding text."""


class Recogniser:
    """A CTranslate2 model with the language forced, without timestamps.

    Scoring is greedy by default, and in the precision in which models serve unless ``exact``. A
    clip is heard as it is; when a model serves, pauses are left out before, and a text that did
    not end within its tokens, such as a loop, is heard again in halves.
    Models that have the encoder in common share its outputs: a clip's encoding costs four times its
    decoding.
    """

    def __init__(
        self,
        model_dir: Path,
        vocabulary: Vocabulary,
        hardware: Hardware,
        *,
        threads: int = 0,
        beam: int = 1,
        exact: bool = False,
    ) -> None:
        self._vocabulary = vocabulary
        self._beam = beam
        self._model = ctranslate2.models.Whisper(
            str(model_dir),
            device=hardware.device,
            compute_type=hardware.exact if exact else hardware.served,
            intra_threads=threads or len(os.sched_getaffinity(0)),
        )

    def decode(self, heard: npt.NDArray[np.floating]) -> list[str]:
        """Encoder outputs ``(clips, 1500, width)`` or spectrograms to one text a clip."""
        prompt = list(self._vocabulary.plain_start)
        found = self._model.generate(
            _view(heard),
            [prompt] * len(heard),
            beam_size=self._beam,
            max_length=MAX_TOKENS,  # half of it for the text, as CTranslate2 counts
        )
        return [self._vocabulary.decode(each.sequences_ids[0]) for each in found]

    def languages(self, heard: npt.NDArray[np.floating]) -> list[str]:
        """What each of the encoder outputs or spectrograms sounds like most.

        A model of English only hears English.
        """
        if not self._model.is_multilingual:
            return ["en"] * len(heard)
        return [found[0][0].strip("<|>") for found in self._model.detect_language(_view(heard))]


def _view(table: npt.NDArray[np.floating]) -> ctranslate2.StorageView:
    return ctranslate2.StorageView.from_array(np.ascontiguousarray(table, dtype=np.float32))
