"""Does the exported model say what the trained one says?"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from transformers import WhisperForConditionalGeneration
from transformers.cache_utils import DynamicCache, EncoderDecoderCache

from .fault import EngineFault
from .recogniser import MAX_TEXT_TOKENS, Recogniser
from .scoring import count_errors, error_rate
from .vocabulary import Vocabulary

MAX_WER = 0.05
"""Rounding differs between the two, so that a near tie may fall either way."""

WINDOWS = 2
"""Full windows say more words for an encoding than single clips."""


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
        (heard,) = recogniser.decode(recogniser.encode(spectrogram)[None])
        counts.append(count_errors(wanted, heard, language))
    found = error_rate(counts)
    extra = sum(each.errors for each in counts) if not sum(each.words for each in counts) else 0
    if found > MAX_WER or extra:
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
