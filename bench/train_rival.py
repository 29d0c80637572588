"""The usual recipe, as tutorials have it: the whole model, each clip padded to 30 s, batch 8."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from services.trainer.engine.ct2 import read_model
from services.trainer.engine.examples import IGNORED, collate
from services.trainer.engine.features import Spectrograms
from services.trainer.engine.recording import Clip
from services.trainer.engine.vocabulary import Vocabulary
from services.trainer.engine.weights import changed_file, export_model, import_model

BATCH = 8
LEARNING_RATE = 1e-5
WARMUP = 0.1


@dataclass(frozen=True)
class Run:
    """What it took: seconds of audio that passed, and seconds that this took."""

    audio: float
    wall: float


def train(
    base_dir: Path,
    clips: Sequence[Clip],
    vocabulary: Vocabulary,
    model_dir: Path | None,
    *,
    epochs: int,
    max_steps: int | None = None,
) -> Run:
    """Train in float32 with AdamW at 1e-5; the model is left in `model_dir`, if any."""
    file = read_model(base_dir)
    whisper = import_model(file)
    whisper.train()
    whisper.requires_grad_(requires_grad=True)
    whisper.model.encoder.embed_positions.requires_grad_(requires_grad=False)
    weights = [each for each in whisper.parameters() if each.requires_grad]
    optimiser = torch.optim.AdamW(weights, lr=LEARNING_RATE)
    spectrograms = Spectrograms(whisper.config.num_mel_bins)
    steps = [
        order[begin : begin + BATCH]
        for epoch in range(epochs)
        for order in [np.random.default_rng(epoch).permutation(len(clips)).tolist()]
        for begin in range(0, len(order), BATCH)
    ][:max_steps]
    warmup = max(1, round(WARMUP * len(steps)))
    begun, audio = time.perf_counter(), 0.0
    for step, chosen in enumerate(steps):
        rate = min((step + 1) / warmup, (len(steps) - step) / max(1, len(steps) - warmup))
        for group in optimiser.param_groups:
            group["lr"] = LEARNING_RATE * rate
        batch = [clips[each] for each in chosen]
        heard = torch.from_numpy(np.stack([spectrograms.of(each.waveform()) for each in batch]))
        start = vocabulary.plain_start
        ids, targets = collate(
            [((*start, *each.tokens, vocabulary.end), len(start)) for each in batch]
        )
        logits = whisper(input_features=heard, decoder_input_ids=ids).logits
        loss = torch.nn.functional.cross_entropy(
            logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED
        )
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        audio += sum(each.seconds for each in batch)
    wall = time.perf_counter() - begun
    if model_dir is not None:
        export_model(changed_file(file, dict(whisper.named_parameters())), base_dir, model_dir)
    return Run(audio, wall)
