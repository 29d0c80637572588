"""Does the exported model say what the trained one says, at the same times?"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from faster_whisper import WhisperModel
from transformers import WhisperForConditionalGeneration

from .fault import EngineFault
from .features import Spectrograms
from .hardware import Hardware
from .recogniser import MAX_TEXT_TOKENS, Followed, Recogniser, follow
from .vocabulary import Vocabulary
from .warping import begins_by

MAX_REGRET = 0.2
"""Nats by which PyTorch may like another token better: rounding differs, a near tie may fall
either way."""

MAX_REGRETTED = 0.05
"""Share of the tokens that it may like less than that."""

MAX_APART = 0.1
"""Seconds between the times that both give to a token, in the median."""

ROUNDED = {"cpu": "int8", "cuda": "int8_float16"}
"""The coarsest precision that a model may be served in."""

MAX_DOUBT = 0.5
"""Nats a token that rounding may make a text less likely; of a broken export it is several."""

MAX_ROUNDED_APART = 0.2

LEAST = 1e-6
"""A probability below which all are alike."""


@dataclass(frozen=True)
class Sample:
    """Up to 30 s of speech, and its language in a model's tokens."""

    waveform: npt.NDArray[np.float32]
    vocabulary: Vocabulary
    language: str


@dataclass(frozen=True)
class Said:
    """What a model says of a sample, and how it hears it."""

    tokens: list[int]
    heard: Followed


def check_parity(
    whisper: WhisperForConditionalGeneration,
    heads: Sequence[tuple[int, int]],
    recogniser: Recogniser,
    sample: Sample,
) -> Said:
    """What the exported model says greedily, which PyTorch must find likeliest at each token.

    Encoders included. ``heads``: (layer, head) of the cross attention that tell times.

    Raises:
        EngineFault: ``parity`` if PyTorch would say or time it otherwise.
    """
    spectrogram = Spectrograms(whisper.config.num_mel_bins).of(sample.waveform)
    (tokens,) = recogniser.tokens(spectrogram[None])
    said = Said(tokens, recogniser.follow(spectrogram, tokens, len(sample.waveform)))
    logits, weights = _follow(whisper, sample.vocabulary, spectrogram, tokens)
    regretted = float((_regrets(logits, tokens, sample.vocabulary) > MAX_REGRET).float().mean())
    chosen = torch.stack([weights[layer][0, head] for layer, head in heads])
    # What foretells a token is the place before it.
    first = len(sample.vocabulary.plain_start) - 1
    rows = slice(first, first + len(tokens) + 1)
    apart = _apart(said.heard.begins, begins_by(chosen, rows, len(sample.waveform)))
    if regretted > MAX_REGRETTED or apart > MAX_APART:
        message = (
            f"The exported model differs from the trained one: {regretted:.0%} of the tokens, "
            f"times by {apart:.2f} s."
        )
        raise EngineFault("parity", message, fault="platform")
    return said


@torch.inference_mode()
def _follow(
    whisper: WhisperForConditionalGeneration,
    vocabulary: Vocabulary,
    spectrogram: npt.NDArray[np.float32],
    tokens: Sequence[int],
) -> tuple[torch.Tensor, Sequence[torch.Tensor]]:
    """PyTorch's logits ``(tokens + 1, vocabulary)`` of each token and of the end, in one pass.

    And its cross attention, layer by layer: ``(1, heads, prompt + tokens + 1, frames)``.
    """
    features = torch.from_numpy(spectrogram)[None].to(whisper.device)
    heard = whisper.model.encoder(features).last_hidden_state
    whisper.set_attn_implementation("eager")  # which alone tells its weights
    prompt = vocabulary.plain_start
    found = whisper.model.decoder(
        input_ids=torch.tensor([[*prompt, *tokens, vocabulary.end]], device=whisper.device),
        encoder_hidden_states=heard,
        output_attentions=True,
        use_cache=False,
    )
    states = found.last_hidden_state[0, len(prompt) - 1 : -1]
    return whisper.proj_out(states).float().cpu(), found.cross_attentions


@torch.inference_mode()
def _regrets(logits: torch.Tensor, tokens: Sequence[int], vocabulary: Vocabulary) -> torch.Tensor:
    """How much likelier than each token, and than the end after them, another one is, in nats."""
    said = [*tokens, vocabulary.end][:MAX_TEXT_TOKENS]  # a text that was cut has no end
    allowed = logits[: len(said)].clone()
    allowed[0, list(vocabulary.suppressed_first)] = -torch.inf
    allowed[:, list(vocabulary.suppressed)] = -torch.inf
    return allowed.max(dim=1).values - logits[range(len(said)), said]


def check_rounded(
    model_dir: Path, hardware: Hardware, threads: int, sample: Sample, said: Said
) -> float:
    """How much less likely the coarsest precision finds what the finest ``said``, in nats a token.

    It must also serve: by faster-whisper, with word times, which fail where the export has lost its
    alignment heads.

    Raises:
        EngineFault: ``parity`` if it is over 0.5, if there are no times, or if they are a fifth of
            a second apart in the median.
    """
    model = WhisperModel(
        str(model_dir),
        device=hardware.device,
        compute_type=ROUNDED[hardware.device],
        cpu_threads=threads,
    )
    heard, _ = model.transcribe(
        sample.waveform,
        language=sample.language,
        beam_size=1,
        temperature=0.0,
        without_timestamps=True,  # as the text was said
        word_timestamps=True,
    )
    parts = list(heard)
    if any(part.text.strip() for part in parts) and not any(part.words for part in parts):
        raise EngineFault("parity", "The export gives no times of words.", fault="platform")
    spectrogram = Spectrograms(model.model.n_mels).of(sample.waveform)
    again = follow(model.model, sample.vocabulary, spectrogram, said.tokens, len(sample.waveform))
    apart, doubt = _apart(said.heard.begins, again.begins), _doubt(said.heard, again)
    if doubt > MAX_DOUBT or apart > MAX_ROUNDED_APART:
        message = (
            f"The export differs from itself when it is rounded: by {doubt:.2f} nats a token, "
            f"times by {apart:.2f} s."
        )
        raise EngineFault("parity", message, fault="platform")
    return doubt


def _doubt(mine: Followed, theirs: Followed) -> float:
    """How much less likely the same tokens are to the other, in nats a token."""
    if not len(mine.probabilities):
        return 0.0
    mine_log, their_log = (np.log(np.maximum(each.probabilities, LEAST)) for each in (mine, theirs))
    return max(0.0, float(np.mean(mine_log - their_log)))


def _apart(mine: npt.NDArray[np.float64], theirs: npt.NDArray[np.float64]) -> float:
    """Seconds, in the median."""
    return float(np.median(np.abs(mine - theirs))) if len(mine) else 0.0


def alignment_heads(
    model_dir: Path, whisper: WhisperForConditionalGeneration
) -> list[tuple[int, int]]:
    """As a CTranslate2 directory names them: (layer, head); else all of the upper half."""
    layers, heads = whisper.config.decoder_layers, whisper.config.decoder_attention_heads
    config = json.loads((model_dir / "config.json").read_text("utf-8"))
    named = config.get("alignment_heads")
    if named:
        return [(int(layer), int(head)) for layer, head in named]
    return [(layer, head) for layer in range(layers // 2, layers) for head in range(heads)]
