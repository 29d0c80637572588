"""Clips to text through CTranslate2, which is what serves a model."""

import os
from dataclasses import dataclass
from pathlib import Path

import ctranslate2
import numpy as np
import numpy.typing as npt

from shared.speech.decoding import BEAM_SIZE

from .hardware import Hardware
from .recording import SAMPLE_RATE
from .vocabulary import MAX_TOKENS, Vocabulary
from .warping import FRAME_SECONDS, first_times

MAX_TEXT_TOKENS = MAX_TOKENS // 2
"""As in OpenAI's code: the rest is for the preceding text."""


class Recogniser:
    """A CTranslate2 model with the language forced, without timestamps.

    Scoring is by the beams and in the precision in which models serve, unless told otherwise. A
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
        beam: int = BEAM_SIZE,
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

    def decode(self, heard: npt.NDArray[np.floating], language: str | None = None) -> list[str]:
        """Encoder outputs ``(clips, 1500, width)`` or spectrograms to one text a clip.

        The model expects its vocabulary's language, or another one if told so.
        """
        return [self._vocabulary.decode(each) for each in self.tokens(heard, language)]

    def tokens(
        self, heard: npt.NDArray[np.floating], language: str | None = None
    ) -> list[list[int]]:
        """As of ``decode``, without prompt and end."""
        vocabulary = self._vocabulary.told(language) if language else self._vocabulary
        prompt = list(vocabulary.plain_start)
        found = self._model.generate(
            _view(heard),
            [prompt] * len(heard),
            beam_size=self._beam,
            max_length=MAX_TOKENS,  # half of it for the text, as CTranslate2 counts
        )
        return [each.sequences_ids[0] for each in found]

    def follow(
        self, spectrogram: npt.NDArray[np.float32], tokens: list[int], samples: int
    ) -> "Followed":
        """As of the function of this name."""
        return follow(self._model, self._vocabulary, spectrogram, tokens, samples)

    def languages(self, heard: npt.NDArray[np.floating]) -> list[str]:
        """What each of the encoder outputs or spectrograms sounds like most.

        A model of English only hears English.
        """
        if not self._model.is_multilingual:
            return ["en"] * len(heard)
        return [found[0][0].strip("<|>") for found in self._model.detect_language(_view(heard))]


@dataclass(frozen=True)
class Followed:
    """A text as a model hears it: when each token begins, in seconds, and how likely it is."""

    begins: npt.NDArray[np.float64]
    probabilities: npt.NDArray[np.float64]


def follow(
    model: ctranslate2.models.Whisper,
    vocabulary: Vocabulary,
    spectrogram: npt.NDArray[np.float32],
    tokens: list[int],
    samples: int,
) -> Followed:
    """Where a model hears the tokens in audio of so many samples, and whether it would say them."""
    if not tokens:
        return Followed(np.empty(0), np.empty(0))
    frames = round(samples / SAMPLE_RATE / FRAME_SECONDS) * 2  # of the spectrogram
    (found,) = model.align(_view(spectrogram[None]), list(vocabulary.start), [tokens], frames)
    path, times = np.array(found.alignments).T
    return Followed(first_times(path, times)[: len(tokens)], np.array(found.text_token_probs))


def _view(table: npt.NDArray[np.floating]) -> ctranslate2.StorageView:
    return ctranslate2.StorageView.from_array(np.ascontiguousarray(table, dtype=np.float32))
