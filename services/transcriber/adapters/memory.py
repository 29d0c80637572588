"""Models in memory, the one that was used longest ago leaving first."""

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

ModelT = TypeVar("ModelT")

LOADED = 2
"""Bytes in memory for a byte of weights, at most: files hold 16 bits, a processor takes 32."""


class _Held(NamedTuple, Generic[ModelT]):
    model: ModelT
    size: int


class ModelMemory(Generic[ModelT]):
    """Loads models from directories; all together take `cap_bytes`, or one alone what it needs.

    For one thread.
    """

    def __init__(self, cap_bytes: int, load: Callable[[Path], ModelT]) -> None:
        self._cap_bytes = cap_bytes
        self._load = load
        self._held: OrderedDict[str, _Held[ModelT]] = OrderedDict()

    def get(self, name: str, locate: Callable[[], Path]) -> ModelT:
        """The model of this name; `locate` finds its directory where it must be loaded."""
        if name in self._held:
            self._held.move_to_end(name)
        else:
            directory = locate()
            size = LOADED * (directory / "model.bin").stat().st_size
            self._make_room(size)
            self._held[name] = _Held(self._load(directory), size)
        return self._held[name].model

    def _make_room(self, size: int) -> None:
        held = sum(each.size for each in self._held.values())
        while self._held and held + size > self._cap_bytes:
            held -= self._held.popitem(last=False)[1].size
