"""What training makes smaller: cross entropy of the text, by the model that is trained."""

from collections.abc import Iterator, Sequence
from copy import copy

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import cross_entropy, linear, log_softmax
from transformers import WhisperConfig, WhisperForConditionalGeneration
from transformers.models.whisper.modeling_whisper import WhisperDecoder

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
        if hardware.device == "cpu":
            _attend_by_products(self._decoder)
        # Frozen, so rounded once and not by every product.
        self._output = whisper.proj_out.weight.detach().to(hardware.dtype)
        self._hardware = hardware
        self._smoothing = smoothing

    def descend(self, batch: Batch, total_tokens: int) -> float:
        """Add the gradients of these windows, of a step with so many tokens; return their loss.

        The gradients are those of smoothed labels, the loss that of plain ones.
        """
        states, wanted = self._spoken(batch)
        total = 0.0
        gradients: list[torch.Tensor] = []
        # The logits of a step would take more memory than all else: a vocabulary's width a token,
        # several times over. So they come and go in rows, and only their gradient stays, which is
        # the difference of what the model expects and what is said.
        for rows, truth in _rows(states.detach(), wanted):
            expected = log_softmax(self._logits(rows), dim=-1)
            total -= float(expected.gather(1, truth[:, None]).sum())
            difference = expected.exp_().sub_(self._smoothing / expected.shape[1])
            difference[torch.arange(len(truth), device=truth.device), truth] -= 1 - self._smoothing
            gradients.append((difference / total_tokens).to(self._output.dtype) @ self._output)
        torch.autograd.backward(states, torch.cat(gradients).to(states.dtype))
        return total / total_tokens

    @torch.inference_mode()
    def token_losses(
        self, examples: Examples, places: Sequence[int]
    ) -> list[npt.NDArray[np.float32]]:
        """Of some examples at once, token by token, of smoothed labels.

        Plain ones would blame a model for the doubt that it was taught.
        """
        losses = [
            cross_entropy(
                self._logits(rows), truth, reduction="none", label_smoothing=self._smoothing
            ).cpu()
            for rows, truth in _rows(*self._spoken(examples.batch(places)))
        ]
        lengths = [examples.spoken([each]) for each in places]
        return np.split(torch.cat(losses).numpy(), np.cumsum(lengths)[:-1])

    def _spoken(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """The decoder's states where something is to be said, and what."""
        device = self._hardware.device
        heard = torch.from_numpy(batch.heard).to(device, self._hardware.dtype)
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
        return linear(states.to(self._output.dtype), self._output).float()


def _attend_by_products(decoder: WhisperDecoder) -> None:
    """Spare a processor PyTorch's fused attention, whose way back costs a fifth of a step.

    It is made for long texts; here a hundred tokens attend to 1,500 frames. The encoder, whose
    frames attend to each other, keeps it.
    """
    for module in decoder.modules():
        known = getattr(module, "config", None)
        if isinstance(known, WhisperConfig):
            own = copy(known)
            own._attn_implementation = "eager"  # noqa: SLF001 - there is no other way
            setattr(module, "config", own)  # noqa: B010 - a module's attribute, for the type checker


def _rows(
    states: torch.Tensor, wanted: torch.Tensor
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    return zip(torch.split(states, LOGIT_ROWS), torch.split(wanted, LOGIT_ROWS), strict=True)
