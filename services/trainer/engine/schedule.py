"""The order of the windows and the learning rate."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .job import EngineSettings


@dataclass(frozen=True)
class Step:
    """The windows of a step, and whether an epoch ends with it."""

    windows: tuple[int, ...]
    ends_epoch: bool


def plan(packings: Sequence[range], settings: EngineSettings) -> list[Step]:
    """Every step. Epochs take the packings in turn, each in an order of its own."""
    steps: list[Step] = []
    for epoch in range(settings.epochs):
        packing = packings[epoch % len(packings)]
        order = np.random.default_rng((settings.seed, epoch)).permutation(packing).tolist()
        size = settings.batch_windows
        steps += [
            Step(tuple(order[begin : begin + size]), ends_epoch=begin + size >= len(order))
            for begin in range(0, len(order), size)
        ]
    return steps[: settings.max_steps]


def rate(step: int, total: int, warmup_share: float) -> float:
    """The share of the learning rate at a step counted from 0: up in a line, down to 0 in one."""
    warmup = max(1, round(total * warmup_share))
    if step < warmup:
        return (step + 1) / warmup
    return (total - step) / max(1, total - warmup)
