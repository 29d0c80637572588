"""The training of a Whisper model's weights."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from transformers import WhisperForConditionalGeneration

from .checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from .examples import Corpus
from .fault import EngineFault, Interrupted
from .group import Group
from .hardware import Hardware, out_of_memory
from .job import EngineSettings
from .objective import Objective, batches
from .schedule import plan, rate

DECODER = "model.decoder."
FROZEN = frozenset({"model.decoder.embed_tokens.weight", "model.encoder.embed_positions.weight"})
"""The token embedding, which is the output layer too: a few hours of speech touch few of its
rows. The encoder's positions are sines."""

MAX_GRADIENT = 1.0

PATIENCE = 2
"""Epochs without a better development loss that end a training."""


class Tuning:
    """Trains ``whisper`` in place; everything follows from settings and corpus.

    ``whole``: the encoder too, for which the corpus holds spectrograms; else the decoder alone, on
    encoder outputs.
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
    ) -> None:
        self._objective = Objective(whisper, hardware, settings.label_smoothing, whole=whole)
        self._corpus = corpus
        self._settings = settings
        self._hardware = hardware
        self._group = group or Group()
        self._steps = plan(corpus.packings, settings)
        self.weights = {
            name: parameter
            for name, parameter in whisper.named_parameters()
            if (whole or name.startswith(DECODER)) and name not in FROZEN
        }
        for parameter in self.weights.values():
            parameter.requires_grad = True
        self._optimiser = torch.optim.AdamW(
            self.weights.values(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        # A whole window in the encoder keeps a core busy; several only take more memory.
        alone = whole and hardware.device == "cpu"
        self._at_once = 1 if alone else settings.batch_windows
        self.step = 0
        self.loss: list[tuple[int, float]] = []
        self.development: list[tuple[int, float]] = []
        self._best: dict[str, torch.Tensor] = {}

    @property
    def total(self) -> int:
        """Steps in all, if training does not end early."""
        return len(self._steps)

    @property
    def ended(self) -> bool:
        """Whether all steps were taken, or the development loss stopped to fall."""
        if self.step == self.total:
            return True
        losses = [loss for _, loss in self.development]
        return len(losses) - losses.index(min(losses)) > PATIENCE if losses else False

    def token_losses(self, windows: Sequence[int]) -> list[npt.NDArray[np.float32]]:
        """What each token of some training windows costs the present weights."""
        return self._objective.token_losses(self._corpus.training, windows, self._at_once)

    def run(self, work_dir: Path, key: str, tick: Callable[[float], None]) -> None:
        """Go on to the end, from where `resume` left it, and keep the best epoch's weights.

        ``tick`` hears the finished share after every step; if it raises Interrupted, a checkpoint
        is written first.

        Raises:
            Interrupted: from ``tick``.
            EngineFault: ``diverged`` if the loss is no longer a number.
        """
        written = time.monotonic()
        while not self.ended:
            self._take_step()
            due = time.monotonic() - written >= self._settings.checkpoint_seconds
            every = self._settings.checkpoint_steps
            if due or (every and self.step % every == 0):
                self._save(work_dir, key)
                written = time.monotonic()
            if self._group.any(flag=_interrupted(tick, self.step / self.total)):
                self._save(work_dir, key)
                raise Interrupted
        with torch.no_grad():
            for name, weight in self._best.items():
                self.weights[name].copy_(weight)

    def resume(self, work_dir: Path, key: str) -> None:
        """Take up weights, optimiser and place of the work directory's checkpoint, if any."""
        found = load_checkpoint(work_dir, key)
        if found is None:
            return
        self.step, self.loss, self.development = found.step, found.loss, found.development
        state: dict[int, dict[str, torch.Tensor]] = {}
        with torch.no_grad():
            for index, (name, parameter) in enumerate(self.weights.items()):
                parameter.copy_(found.tensors[f"weight/{name}"])
                state[index] = {
                    "step": torch.tensor(float(found.step)),
                    "exp_avg": found.tensors[f"exp_avg/{name}"],
                    "exp_avg_sq": found.tensors[f"exp_avg_sq/{name}"],
                }
                if self.development:
                    self._best[name] = found.tensors[f"best/{name}"]
        groups = self._optimiser.state_dict()["param_groups"]
        self._optimiser.load_state_dict({"state": state, "param_groups": groups})

    def checkpoint(self, key: str) -> Checkpoint:
        """The present state."""
        tensors: dict[str, torch.Tensor] = {}
        for name, parameter in self.weights.items():
            tensors[f"weight/{name}"] = parameter.detach().cpu().contiguous()
            for moment in ("exp_avg", "exp_avg_sq"):
                state = self._optimiser.state[parameter][moment]
                tensors[f"{moment}/{name}"] = state.cpu().contiguous()
        tensors |= {f"best/{name}": weight for name, weight in self._best.items()}
        return Checkpoint(key, self.step, list(self.loss), list(self.development), tensors)

    def _save(self, work_dir: Path, key: str) -> None:
        if self._group.first:
            save_checkpoint(self.checkpoint(key), work_dir)

    def _take_step(self) -> None:
        for group in self._optimiser.param_groups:
            group["lr"] = rate(self.step, self.total, self._settings)
        step = self._steps[self.step]
        value = self._descend_as_memory_allows(step.windows)
        torch.nn.utils.clip_grad_norm_(self.weights.values(), MAX_GRADIENT)
        self._optimiser.step()
        self._optimiser.zero_grad(set_to_none=True)
        if not np.isfinite(value):
            message = f"The training diverged at step {self.step + 1}."
            raise EngineFault("diverged", message, fault="platform")
        self.step += 1
        self.loss.append((self.step, round(value, 5)))
        if step.ends_epoch or self.step == self.total:
            self._examine()

    def _examine(self) -> None:
        """Keep the weights if none before had a smaller loss on the development part."""
        loss = self._development_loss()
        if loss <= min((before for _, before in self.development), default=np.inf):
            self._best = {n: weight.detach().cpu().clone() for n, weight in self.weights.items()}
        self.development.append((self.step, round(loss, 5)))

    def _development_loss(self) -> float:
        examples = self._corpus.development
        mine = self._group.part(range(len(examples)))
        losses = self._objective.token_losses(examples, mine, self._at_once)
        total = torch.tensor(sum(float(each.sum()) for each in losses), dtype=torch.float64)
        self._group.add_up([total])
        return float(total) / examples.spoken(range(len(examples)))

    def _descend_as_memory_allows(self, windows: Sequence[int]) -> float:
        """The gradients of all windows, of fewer at once from the first time that memory ran out.

        Raises what an allocation raises where not even one window fits.
        """
        while True:
            try:
                return self._descend(windows)
            except (MemoryError, RuntimeError) as error:
                if not out_of_memory(error) or self._at_once == 1:
                    raise
            self._optimiser.zero_grad(set_to_none=True)  # a part of them may be there
            self._at_once = max(1, self._at_once // 2)
            if self._hardware.device == "cuda":
                torch.cuda.empty_cache()

    def _descend(self, windows: Sequence[int]) -> float:
        """Add gradients; return cross entropy a token, over some windows' text and timestamps."""
        spoken = self._corpus.training.spoken(windows)
        total = torch.zeros((), dtype=torch.float64)
        for part in batches(self._group.part(windows), self._at_once):
            total += self._objective.descend(self._corpus.training.batch(part), spoken)
        if self._group.size > 1:
            self._group.add_up([total, *(_gradient(weight) for weight in self.weights.values())])
        return float(total)


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
