"""The decoder's training on encoder outputs."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from transformers import WhisperForConditionalGeneration

from .checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from .encodings import Encodings
from .fault import EngineFault, Interrupted
from .hardware import Hardware, out_of_memory
from .job import EngineSettings

PREFIX = "model.decoder."
FROZEN = frozenset({"model.decoder.embed_tokens.weight"})
IGNORED = -100
MAX_GRADIENT = 1.0
LOGIT_ROWS = 128

Tokens = tuple[tuple[int, ...], int]


@dataclass(frozen=True)
class Corpus:
    """Windows ready for the decoder: ``tokens[i]`` (ids, prompt length) go with encoding ``i``.

    ``packings`` are ranges of windows; each covers all of the audio once.
    """

    tokens: Sequence[Tokens]
    packings: Sequence[range]
    encodings: Encodings


def plan(packings: Sequence[range], settings: EngineSettings) -> list[list[int]]:
    """The windows of every step. Epochs take the packings in turn, each in an order of its own."""
    steps: list[list[int]] = []
    for epoch in range(settings.epochs):
        packing = packings[epoch % len(packings)]
        order = np.random.default_rng((settings.seed, epoch)).permutation(packing).tolist()
        size = settings.batch_windows
        steps.extend(order[begin : begin + size] for begin in range(0, len(order), size))
    return steps[: settings.max_steps]


def rate(step: int, total: int, settings: EngineSettings) -> float:
    """The learning rate of a step counted from 0: up to the peak in a line, down to 0 in one."""
    warmup = max(1, round(total * settings.warmup))
    if step < warmup:
        return settings.learning_rate * (step + 1) / warmup
    return settings.learning_rate * (total - step) / max(1, total - warmup)


class Tuning:
    """Trains the decoder of ``whisper`` in place; everything follows from settings and corpus.

    The token embedding stays as it is: a few hours of speech touch few of its rows, and it is
    the output layer too.
    """

    def __init__(
        self,
        whisper: WhisperForConditionalGeneration,
        corpus: Corpus,
        settings: EngineSettings,
        hardware: Hardware,
    ) -> None:
        self._decoder = whisper.model.decoder
        self._projection = whisper.proj_out
        self._corpus = corpus
        self._settings = settings
        self._hardware = hardware
        self._steps = plan(corpus.packings, settings)
        self.weights = {
            name: parameter
            for name, parameter in whisper.named_parameters()
            if name.startswith(PREFIX) and name not in FROZEN
        }
        for parameter in self.weights.values():
            parameter.requires_grad = True
        self._optimiser = torch.optim.AdamW(
            self.weights.values(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        self._at_once = settings.batch_windows
        self.step = 0
        self.loss: list[tuple[int, float]] = []

    @property
    def total(self) -> int:
        """Steps in all."""
        return len(self._steps)

    def run(self, work_dir: Path, key: str, tick: Callable[[float], None]) -> None:
        """Go on from the work directory's checkpoint, if it is of this ``key``, to the end.

        ``tick`` hears the finished share after every step; if it raises Interrupted, a checkpoint
        is written first.

        Raises:
            Interrupted: from ``tick``.
            EngineFault: ``diverged`` if the loss is no longer a number.
        """
        written = time.monotonic()
        while self.step < self.total:
            self._take_step()
            due = time.monotonic() - written >= self._settings.checkpoint_seconds
            every = self._settings.checkpoint_steps
            if due or (every and self.step % every == 0):
                save_checkpoint(self.checkpoint(key), work_dir)
                written = time.monotonic()
            try:
                tick(self.step / self.total)
            except Interrupted:
                save_checkpoint(self.checkpoint(key), work_dir)
                raise

    def resume(self, work_dir: Path, key: str) -> None:
        """Take up weights, optimiser and place of the work directory's checkpoint, if any."""
        found = load_checkpoint(work_dir, key)
        if found is None:
            return
        self.step, self.loss = found.step, found.loss
        state: dict[int, dict[str, torch.Tensor]] = {}
        with torch.no_grad():
            for index, (name, parameter) in enumerate(self.weights.items()):
                parameter.copy_(found.tensors[f"weight/{name}"])
                state[index] = {
                    "step": torch.tensor(float(found.step)),
                    "exp_avg": found.tensors[f"exp_avg/{name}"],
                    "exp_avg_sq": found.tensors[f"exp_avg_sq/{name}"],
                }
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
        return Checkpoint(key, self.step, list(self.loss), tensors)

    def _take_step(self) -> None:
        for group in self._optimiser.param_groups:
            group["lr"] = rate(self.step, self.total, self._settings)
        value = self._descend_as_memory_allows(self._steps[self.step])
        torch.nn.utils.clip_grad_norm_(self.weights.values(), MAX_GRADIENT)
        self._optimiser.step()
        self._optimiser.zero_grad(set_to_none=True)
        if not np.isfinite(value):
            message = f"The training diverged at step {self.step + 1}."
            raise EngineFault("diverged", message, fault="platform")
        self.step += 1
        self.loss.append((self.step, round(value, 5)))

    def _descend_as_memory_allows(self, windows: list[int]) -> float:
        """The gradients of all windows, of fewer at once from the first time that memory ran out.

        Raises what an allocation raises where not even one window fits.
        """
        while True:
            try:
                return self._descend(windows, self._at_once)
            except (MemoryError, RuntimeError) as error:
                if not out_of_memory(error) or self._at_once == 1:
                    raise
            self._optimiser.zero_grad(set_to_none=True)  # a part of them may be there
            self._at_once = max(1, self._at_once // 2)
            if self._hardware.device == "cuda":
                torch.cuda.empty_cache()

    def _descend(self, windows: list[int], at_once: int) -> float:
        """Add gradients; return cross entropy a token, over some windows' text and timestamps."""
        spoken = sum(
            len(ids) - prompt for ids, prompt in (self._corpus.tokens[each] for each in windows)
        )
        parts = (windows[begin : begin + at_once] for begin in range(0, len(windows), at_once))
        return sum(self._descend_together(part, spoken) for part in parts)

    def _descend_together(self, windows: list[int], total_tokens: int) -> float:
        ids, targets = collate([self._corpus.tokens[each] for each in windows])
        device = self._hardware.device
        heard = torch.from_numpy(self._corpus.encodings.take(windows)).to(device)
        with self._hardware.precision():
            state = self._decoder(
                input_ids=ids.to(device),
                encoder_hidden_states=heard.float(),
                use_cache=False,
            ).last_hidden_state
        wanted = targets.to(device)
        spoken = wanted != IGNORED
        states, wanted = state[spoken], wanted[spoken]
        # The logits of a step would take more memory than all else: a vocabulary's width a token,
        # several times over. So they come and go in rows, and only their gradient stays.
        leaf = states.detach().requires_grad_()
        total = 0.0
        for rows, truth in zip(
            torch.split(leaf, LOGIT_ROWS), torch.split(wanted, LOGIT_ROWS), strict=True
        ):
            with self._hardware.precision():
                logits = self._projection(rows)
            loss = torch.nn.functional.cross_entropy(logits.float(), truth, reduction="sum")
            torch.autograd.backward(loss / total_tokens)
            total += float(loss.detach())
        torch.autograd.backward(states, leaf.grad)
        return total / total_tokens


def collate(windows: Sequence[Tokens]) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs and targets, int64 of shape ``(windows, longest - 1)``.

    Targets are the inputs moved by one place; the prompt and the padding are ``-100`` in them.
    Padding is at the end, where a causal decoder's earlier places cannot see it.
    """
    longest = max(len(ids) for ids, _ in windows) - 1
    inputs = torch.zeros((len(windows), longest), dtype=torch.int64)
    targets = torch.full((len(windows), longest), IGNORED, dtype=torch.int64)
    for row, (ids, prompt) in enumerate(windows):
        inputs[row, : len(ids) - 1] = torch.tensor(ids[:-1])
        targets[row, prompt - 1 : len(ids) - 1] = torch.tensor(ids[prompt:])
    return inputs, targets
