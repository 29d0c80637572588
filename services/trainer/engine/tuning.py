"""The training of a Whisper model's weights."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch
from transformers import WhisperForConditionalGeneration

from .checkpoint import (
    Checkpoint,
    capture,
    capture_best,
    load_checkpoint,
    restore,
    save_checkpoint,
)
from .development import Examined, has_ended, is_worse
from .examples import Corpus, Examples
from .fault import EngineFault, Interrupted
from .group import Group
from .hardware import Hardware, out_of_memory, release_freed_memory
from .job import EngineSettings
from .objective import Objective
from .schedule import plan, rate
from .strategy import RATES

DECODER = "model.decoder."
FROZEN = frozenset({"model.decoder.embed_tokens.weight", "model.encoder.embed_positions.weight"})
"""The token embedding, which is the output layer too: a few hours of speech touch few of its
rows. The encoder's positions are sines."""

Made = TypeVar("Made")

log = logging.getLogger(__name__)

MAX_GRADIENT = 1.0

RELEASE_EVERY = 4
"""Steps, of which no two allocate the same sizes: what they leave behind would add up."""


class Tuning:
    """Trains ``whisper`` in place; everything follows from settings and corpus.

    ``whole``: the encoder too, for which the corpus holds spectrograms; else the decoder alone, on
    encoder outputs. ``kept`` goes into each checkpoint.
    """

    def __init__(
        self,
        whisper: WhisperForConditionalGeneration,
        corpus: Corpus,
        settings: EngineSettings,
        hardware: Hardware,
        *,
        whole: bool = False,
        group: Group | None = None,
        kept: Mapping[str, torch.Tensor] | None = None,
    ) -> None:
        self._objective = Objective(whisper, hardware, settings.label_smoothing, whole=whole)
        self._corpus = corpus
        self._settings = settings
        self._hardware = hardware
        self._group = group or Group()
        self._kept = dict(kept or {})
        self._steps = plan(corpus.packings, settings)
        self.weights = {
            name: parameter
            for name, parameter in whisper.named_parameters()
            if (whole or name.startswith(DECODER)) and name not in FROZEN
        }
        for parameter in self.weights.values():
            parameter.requires_grad = True
        self._rate = settings.learning_rate or RATES["whole" if whole else "decoder"]
        self._optimiser = torch.optim.AdamW(
            self.weights.values(), lr=self._rate, weight_decay=settings.weight_decay, fused=True
        )
        # A whole window in the encoder keeps a core busy; several only take more memory.
        alone = whole and hardware.device == "cpu"
        self._at_once = 1 if alone else max(1, settings.batch_windows >> settings.halvings)
        self.step = 0
        self.loss: list[tuple[int, float]] = []
        self.development: list[Examined] = []
        self._best: dict[str, torch.Tensor] = {}
        self._finished = False
        self._between: Callable[[], None] = lambda: None

    @property
    def total(self) -> int:
        """Steps in all, if training does not end early."""
        return len(self._steps)

    @property
    def ended(self) -> bool:
        """Whether all steps were taken, or the development loss stopped to fall."""
        last = self.step == self.total or has_ended(self.development)
        return self._finished or (last and not self._owes_examination)

    @property
    def _owes_examination(self) -> bool:
        """Whether an epoch has ended, and what came of it is not known yet."""
        examined = self.development[-1].step if self.development else 0
        ended = self.step == self.total or self._steps[self.step - 1].ends_epoch
        return examined < self.step and ended

    def token_losses(
        self, windows: Sequence[int], tick: Callable[[float], None]
    ) -> list[npt.NDArray[np.float32]]:
        """What each token of some training windows costs the present weights.

        ``tick`` hears the finished share and may raise.
        """
        found: list[npt.NDArray[np.float32]] = []
        for part in _batches(windows, self._settings.batch_windows):
            tick(len(found) / len(windows))
            found += self._as_memory_allows(partial(self._losses, self._corpus.training, part))
        return found

    def run(self, work_dir: Path, key: str, tick: Callable[[float], None]) -> None:
        """Go on to the end, from where `resume` left it, and keep the best epoch's weights.

        ``tick`` hears the finished share after every step and, of a process that is alone, between
        the batches of an examination; if it raises Interrupted, a checkpoint is written first.
        After the last step there is one of the best weights alone.

        Raises:
            Interrupted: from ``tick``.
            EngineFault: ``diverged`` if the loss is no longer a number.
        """
        if self._group.size == 1:  # others would wait for one that stopped in the middle
            self._between = lambda: tick(self.step / self.total)
        written, begun = time.monotonic(), not self.ended
        while not self.ended:
            interrupted = not self._advance()
            due = time.monotonic() - written >= self._settings.checkpoint_seconds
            every = self._settings.checkpoint_steps
            if not self.ended and (due or (every and self.step % every == 0)):
                self._save(work_dir, key)
                written = time.monotonic()
            interrupted = interrupted or _interrupted(tick, self.step / self.total)
            if self._group.any(flag=interrupted):
                self._save(work_dir, key)
                raise Interrupted
        if begun:
            self._save(work_dir, key)
        with torch.no_grad():
            for name, weight in self._best.items():
                self.weights[name].copy_(weight)

    def resume(self, work_dir: Path, key: str) -> None:
        """Take up weights, optimiser and place of the work directory's checkpoint, if any."""
        found = load_checkpoint(work_dir, key)
        if found is None:
            return
        if not found.fits(self.weights):
            log.warning("The checkpoint is of other weights: training begins anew.")
            return
        self._finished = found.finished
        self.step, self.loss, self.development = found.step, found.loss, found.development
        self._best = restore(found, self.weights, self._optimiser)

    def checkpoint(self, key: str) -> Checkpoint:
        """The present state."""
        if self.ended:
            tensors = capture_best(self._best)
        else:
            tensors = capture(self.weights, self._optimiser, self._best)
        tensors |= self._kept
        return Checkpoint(key, self.step, list(self.loss), list(self.development), tensors)

    def _save(self, work_dir: Path, key: str) -> None:
        if self._group.first:
            save_checkpoint(self.checkpoint(key), work_dir)

    def _advance(self) -> bool:
        """Take a step, or examine what came of an epoch; False where that was interrupted."""
        try:
            if self._owes_examination:
                self._examine()
            else:
                self._take_step()
        except Interrupted:
            return False
        return True

    def _take_step(self) -> None:
        for group in self._optimiser.param_groups:
            group["lr"] = self._rate * rate(self.step, self.total, self._settings.warmup)
        step = self._steps[self.step]
        value = self._as_memory_allows(lambda: self._descend(step.windows))
        norm = torch.nn.utils.clip_grad_norm_(self.weights.values(), MAX_GRADIENT)
        if not np.isfinite([value, float(norm)]).all():
            message = f"The training diverged at step {self.step + 1}."
            raise EngineFault("diverged", message, fault="platform")
        self._optimiser.step()
        self._optimiser.zero_grad(set_to_none=True)
        self.step += 1
        self.loss.append((self.step, round(value, 5)))
        if self.step % RELEASE_EVERY == 0:
            release_freed_memory()

    def _examine(self) -> None:
        """Keep the weights unless they are worse than those of an epoch before."""
        losses = self._as_memory_allows(self._development_losses)
        self.development.append(Examined(self.step, losses))
        if not is_worse(self.development):
            for name, weight in self.weights.items():  # one by one: there is no room for two
                self._best[name] = weight.detach().cpu().clone()

    def _development_losses(self) -> list[float]:
        """Of the clips, each over its tokens."""
        examples = self._corpus.development
        losses = torch.zeros(len(examples), dtype=torch.float64)
        mine = self._group.part(range(len(examples)))
        for place, each in zip(mine, self._losses(examples, mine), strict=True):
            losses[place] = float(each.sum())
        self._group.add_up([losses])
        return [round(loss, 4) for loss in losses.tolist()]

    def _losses(self, examples: Examples, places: Sequence[int]) -> list[npt.NDArray[np.float32]]:
        found: list[npt.NDArray[np.float32]] = []
        for part in _batches(places, self._at_once):
            self._between()
            found += self._objective.token_losses(examples, part)
        return found

    def _as_memory_allows(self, compute: Callable[[], Made]) -> Made:
        """With all windows at once, with fewer from the first time that memory ran out.

        Raises what an allocation raises where not even one window fits.
        """
        while True:
            try:
                return compute()
            except (MemoryError, RuntimeError) as error:
                if not out_of_memory(error) or self._at_once == 1:
                    raise
            self._optimiser.zero_grad(set_to_none=True)  # a part of the gradients may be there
            self._at_once = max(1, self._at_once // 2)
            release_freed_memory()

    def _descend(self, windows: Sequence[int]) -> float:
        """Add gradients; return cross entropy a token, over some windows' text and timestamps."""
        spoken = self._corpus.training.spoken(windows)
        total = torch.zeros((), dtype=torch.float64)
        for part in _batches(self._group.part(windows), self._at_once):
            total += self._objective.descend(self._corpus.training.batch(part), spoken)
        if self._group.size > 1:
            self._group.add_up([total, *(_gradient(weight) for weight in self.weights.values())])
        return float(total)


def _batches(places: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (places[begin : begin + size] for begin in range(0, len(places), size))


def _gradient(weight: torch.nn.Parameter) -> torch.Tensor:
    """There is none yet in a process that had no window."""
    if weight.grad is None:
        weight.grad = torch.zeros_like(weight)
    return weight.grad


def _interrupted(tick: Callable[[float], None], share: float) -> bool:
    try:
        tick(share)
    except Interrupted:
        return True
    return False
