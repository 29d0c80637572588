"""Processes that train together, each on a part of every step's windows.

They are started by ``torchrun``, one for each GPU of a machine, with the same job. What is no step
of the training the first one does alone.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar, cast

import torch
from torch import distributed

Made = TypeVar("Made")

PATIENCE = timedelta(hours=6)
"""How long the others wait for the first one's encoding."""


@dataclass(frozen=True)
class Group:
    """This process's place among them; by default it is alone."""

    rank: int = 0
    size: int = 1

    @property
    def first(self) -> bool:
        """Whether this process does what only one can."""
        return self.rank == 0

    def part(self, windows: Sequence[int]) -> list[int]:
        """This process's windows of a step."""
        return list(windows[self.rank :: self.size])

    def add_up(self, tensors: Iterable[torch.Tensor]) -> None:
        """Put the sum over all processes into each tensor."""
        if self.size > 1:
            for each in tensors:
                distributed.all_reduce(each)

    def any(self, *, flag: bool) -> bool:
        """Whether one of the processes says so."""
        votes = torch.tensor(float(flag))
        self.add_up([votes])
        return bool(votes)

    def give(self, make: Callable[[], Made]) -> Made:
        """What the first process makes, to all."""
        box = [make() if self.first else None]
        if self.size > 1:
            distributed.broadcast_object_list(box, device=torch.device("cpu"))
        return cast(Made, box[0])

    def meet(self) -> None:
        """Wait until all processes are here."""
        self.any(flag=False)

    def leave(self) -> None:
        """Work alone from now on."""
        if self.size > 1:
            distributed.destroy_process_group()


def join(device: str) -> Group:
    """The group that ``torchrun`` made, if it started this process."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        return Group()
    if device == "cuda":
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    distributed.init_process_group(
        "cpu:gloo,cuda:nccl" if device == "cuda" else "gloo", timeout=PATIENCE
    )
    return Group(distributed.get_rank(), size)
