"""When to stop, and which epoch to keep: what the development part says."""

from collections.abc import Sequence
from dataclasses import dataclass

from .scoring import beyond_chance

PATIENCE = 2
"""Epochs in a row that are worse than the best one, which end a training."""


@dataclass(frozen=True)
class Examined:
    """The losses of the development part's clips after so many steps, each over its tokens."""

    step: int
    losses: list[float]

    @property
    def total(self) -> float:
        """Of all clips."""
        return sum(self.losses)


def is_worse(history: Sequence[Examined]) -> bool:
    """Whether the last epoch is worse than the best one, by more than chance.

    The part is small, so that most of what its loss does from epoch to epoch says nothing; of four
    clips and fewer all of it.
    """
    last, best = history[-1], min(history, key=lambda each: each.total)
    return beyond_chance(
        [mine - theirs for mine, theirs in zip(last.losses, best.losses, strict=True)]
    )


def has_ended(history: Sequence[Examined]) -> bool:
    """Whether the last epochs were all worse."""
    ends = range(len(history) - PATIENCE + 1, len(history) + 1)
    return len(history) > PATIENCE and all(is_worse(history[:end]) for end in ends)
