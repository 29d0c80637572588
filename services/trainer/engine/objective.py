"""What training makes smaller: cross entropy of the text, by the model that is trained."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import cross_entropy
from transformers import WhisperForConditionalGeneration

from .examples import IGNORED, Batch, Examples
from .hardware import Hardware

LOGIT_ROWS = 128


class Objective:
    """Cross entropy in nats, over what is said: text, timestamps and the end.

    ``whole``: examples are spectrograms, which pass the encoder; else encoder outputs.
    """

    def __init__(
        self,
        whisper: WhisperForConditionalGeneration,
        hardware: Hardware,
        smoothing: float,
        *,
        whole: bool,
    ) -> None:
        self._encoder = whisper.model.encoder if whole else None
        self._decoder = whisper.model.decoder
        self._projection = whisper.proj_out
        self._hardware = hardware
        self._smoothing = smoothing

    def descend(self, batch: Batch, total_tokens: int) -> float:
        """Add the gradients of these windows, of a step with so many tokens; return their loss.

        The gradients are those of smoothed labels, the loss that of plain ones.
        """
        states, wanted = self._spoken(batch)
        # The logits of a step would take more memory than all else: a vocabulary's width a token,
        # several times over. So they come and go in rows, and only their gradient stays.
        leaf = states.detach().requires_grad_()
        total = 0.0
        for rows, truth in _rows(leaf, wanted):
            logits = self._logits(rows)
            smoothed = cross_entropy(
                logits, truth, reduction="sum", label_smoothing=self._smoothing
            )
            torch.autograd.backward(smoothed / total_tokens)
            total += float(cross_entropy(logits.detach(), truth, reduction="sum"))
        torch.autograd.backward(states, leaf.grad)
        return total / total_tokens

    @torch.inference_mode()
    def token_losses(
        self, examples: Examples, places: Sequence[int], at_once: int
    ) -> list[npt.NDArray[np.float32]]:
        """Of some examples, token by token."""
        found: list[npt.NDArray[np.float32]] = []
        for part in batches(places, at_once):
            losses = [
                cross_entropy(self._logits(rows), truth, reduction="none").cpu()
                for rows, truth in _rows(*self._spoken(examples.batch(part)))
            ]
            lengths = [examples.spoken([each]) for each in part]
            found += np.split(torch.cat(losses).numpy(), np.cumsum(lengths)[:-1])
        return found

    def _spoken(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """The decoder's states where something is to be said, and what."""
        device = self._hardware.device
        heard = torch.from_numpy(batch.heard).to(device).float()
        with self._hardware.precision():
            if self._encoder is not None:
                heard = self._encoder(heard).last_hidden_state
            state = self._decoder(
                input_ids=batch.inputs.to(device), encoder_hidden_states=heard, use_cache=False
            ).last_hidden_state
        wanted = batch.targets.to(device)
        spoken = wanted != IGNORED
        return state[spoken], wanted[spoken]

    def _logits(self, states: torch.Tensor) -> torch.Tensor:
        with self._hardware.precision():
            logits: torch.Tensor = self._projection(states)
        return logits.float()


def batches(places: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Parts of a size; the last one may be shorter."""
    return (places[begin : begin + size] for begin in range(0, len(places), size))


def _rows(
    states: torch.Tensor, wanted: torch.Tensor
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    return zip(torch.split(states, LOGIT_ROWS), torch.split(wanted, LOGIT_ROWS), strict=True)
