"""Windows as the decoder takes them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from .table import Table

IGNORED = -100

Tokens = tuple[tuple[int, ...], int]
"""What the decoder is to say, and how many of these ids are its prompt."""


@dataclass(frozen=True)
class Batch:
    """Inputs and targets as of ``collate``, and what is heard: encoder outputs or spectrograms."""

    inputs: torch.Tensor
    targets: torch.Tensor
    heard: npt.NDArray[np.floating]


@dataclass(frozen=True)
class Examples:
    """``tokens[i]`` go with row ``first + i`` of the table."""

    tokens: Sequence[Tokens]
    table: Table
    first: int = 0

    def __len__(self) -> int:
        return len(self.tokens)

    def batch(self, places: Sequence[int]) -> Batch:
        """Some of them, copied."""
        inputs, targets = collate([self.tokens[each] for each in places])
        return Batch(inputs, targets, self.table.take([self.first + each for each in places]))

    def parts(self, places: Sequence[int], size: int, most: int) -> Iterator[list[int]]:
        """Some of them, as many at once as ``size`` and ``most`` tokens, padding included, allow.

        In their order, one at least in each part.
        """
        part: list[int] = []
        longest = 0
        for each in places:
            longest = max(longest, len(self.tokens[each][0]))
            if part and (len(part) == size or longest * (len(part) + 1) > most):
                yield part
                part, longest = [], len(self.tokens[each][0])
            part.append(each)
        if part:
            yield part

    def spoken(self, places: Sequence[int]) -> int:
        """Tokens that the decoder must say for them."""
        return sum(len(ids) - prompt for ids, prompt in (self.tokens[each] for each in places))


@dataclass(frozen=True)
class Corpus:
    """What is trained on, and what tells when to stop.

    ``packings`` are ranges of training windows; each covers all of the audio once.
    """

    training: Examples
    packings: Sequence[range]
    development: Examples


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
