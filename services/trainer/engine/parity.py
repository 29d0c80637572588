"""Does the exported model say what the trained one says?"""

import statistics
from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from faster_whisper import WhisperModel
from faster_whisper.transcribe import Word
from transformers import WhisperForConditionalGeneration
from transformers.cache_utils import DynamicCache, EncoderDecoderCache

from .fault import EngineFault
from .hardware import Hardware
from .recogniser import MAX_TEXT_TOKENS, Recogniser
from .scoring import WordErrors, count_errors, error_rate
from .vocabulary import Vocabulary

MAX_WER = 0.05
"""Rounding differs between the two, so that a near tie may fall either way."""

PRECISIONS = {"cpu": ("float32", "int8"), "cuda": ("float16", "int8_float16")}
"""As the weights are stored, or nearly, and the coarsest that they may be served in."""

MAX_ROUNDED_WER = 0.2
"""Integers of eight bits change a word in thirty or so; a broken export changes most."""

FEW_ERRORS = 3
"""So many words may differ in any case: of a short text they are a large share, and an accident."""

MAX_APART = 0.2


def differ(counts: Sequence[WordErrors], share: float) -> bool:
    """Whether more words differ than this share, and more than a few."""
    errors = sum(each.errors for each in counts)
    return errors > max(FEW_ERRORS, share * sum(each.words for each in counts))


def check_parity(
    whisper: WhisperForConditionalGeneration,
    recogniser: Recogniser,
    vocabulary: Vocabulary,
    spectrograms: Sequence[npt.NDArray[np.float32]],
    language: str,
) -> float:
    """Word error rate of the exported model against PyTorch's, both greedy, encoders included.

    Raises:
        EngineFault: ``parity`` if it is over 5 %.
    """
    counts = []
    for spectrogram in spectrograms:
        wanted = transcribe(whisper, vocabulary, spectrogram)
        (heard,) = recogniser.decode(spectrogram[None])
        counts.append(count_errors(wanted, heard, language))
    found = error_rate(counts)
    if differ(counts, MAX_WER):
        message = f"The exported model differs from the trained one: WER {found:.1%} between them."
        raise EngineFault("parity", message, fault="platform")
    return found


@torch.inference_mode()
def transcribe(
    whisper: WhisperForConditionalGeneration,
    vocabulary: Vocabulary,
    spectrogram: npt.NDArray[np.float32],
) -> str:
    """Greedy text of a spectrogram ``(mels, 3000)`` by PyTorch in float32.

    Tokens are suppressed by CTranslate2's rules.
    """
    device = whisper.device
    heard = whisper.model.encoder(torch.from_numpy(spectrogram)[None].to(device))
    banned = torch.zeros(whisper.config.vocab_size, dtype=torch.bool)
    banned[list(vocabulary.suppressed)] = True
    first = banned.clone()
    first[list(vocabulary.suppressed_first)] = True
    cache = EncoderDecoderCache(DynamicCache(), DynamicCache())
    said: list[int] = []
    given = list(vocabulary.plain_start)
    while len(said) < MAX_TEXT_TOKENS:
        state = whisper.model.decoder(
            input_ids=torch.tensor([given], device=device),
            encoder_hidden_states=heard.last_hidden_state,
            past_key_values=cache,
            use_cache=True,
        ).last_hidden_state
        logits = whisper.proj_out(state[0, -1]).cpu()
        logits[banned if said else first] = -torch.inf
        token = int(logits.argmax())
        if token == vocabulary.end:
            break
        said.append(token)
        given = [token]
    return vocabulary.decode(said)


def check_words(
    model_dir: Path,
    hardware: Hardware,
    threads: int,
    waveforms: Sequence[npt.NDArray[np.float32]],
    language: str,
) -> float:
    """Word error rate between the precisions in which the model is served, times compared too.

    As it is served: by faster-whisper, with word times, which fail where the export has lost its
    alignment heads.

    Raises:
        EngineFault: ``parity`` if it is over 20 %, or if the words that both heard begin a fifth of
            a second apart in the median.
    """
    exact, rounded = (
        [_heard(model, each, language) for each in waveforms]
        for model in (
            WhisperModel(
                str(model_dir), device=hardware.device, compute_type=each, cpu_threads=threads
            )
            for each in PRECISIONS[hardware.device]
        )
    )
    texts = [(_said(mine), _said(theirs)) for mine, theirs in zip(exact, rounded, strict=True)]
    counts = [count_errors(mine, theirs, language) for mine, theirs in texts]
    found = error_rate(counts)
    apart = [
        abs(mine[left].start - theirs[right].start)
        for mine, theirs in zip(exact, rounded, strict=True)
        for left, right in _same_words(mine, theirs)
    ]
    if differ(counts, MAX_ROUNDED_WER) or (apart and statistics.median(apart) > MAX_APART):
        message = f"The export differs from itself when it is rounded: WER {found:.1%}."
        raise EngineFault("parity", message, fault="platform")
    return found


def _heard(model: WhisperModel, waveform: npt.NDArray[np.float32], language: str) -> list[Word]:
    segments, _ = model.transcribe(
        waveform, language=language, beam_size=1, temperature=0.0, word_timestamps=True
    )
    parts = list(segments)
    words = [word for part in parts for word in part.words or ()]
    if any(part.text.strip() for part in parts) and not words:
        raise EngineFault("parity", "The export gives no times of words.", fault="platform")
    return words


def _said(words: Sequence[Word]) -> str:
    return " ".join(word.word for word in words)


def _same_words(mine: Sequence[Word], theirs: Sequence[Word]) -> list[tuple[int, int]]:
    """Places of words that both heard, in order."""
    matcher = SequenceMatcher(
        None, [word.word for word in mine], [word.word for word in theirs], autojunk=False
    )
    return [
        (block.a + offset, block.b + offset)
        for block in matcher.get_matching_blocks()
        for offset in range(block.size)
    ]
