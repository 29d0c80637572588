"""Models in memory, the one that was used longest ago leaving first."""

from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from services.transcriber.adapters.metrics import FOUND, LOADS, MEMORY_BYTES

ModelT = TypeVar("ModelT")

LOADED = 2
"""Bytes in memory for a byte of weights, at most: files hold 16 bits, a processor takes 32."""


class _Held(NamedTuple, Generic[ModelT]):
    model: ModelT
    size: int


class ModelMemory(Generic[ModelT]):
    """Loads models from directories; all together take `cap_bytes`, or one alone what it needs.

    For one thread at a time.
    """

    def __init__(self, cap_bytes: int, load: Callable[[Path], ModelT]) -> None:
        self._cap_bytes = cap_bytes
        self._load = load
        self._held: OrderedDict[str, _Held[ModelT]] = OrderedDict()

    def get(self, name: str, locate: Callable[[], AbstractContextManager[Path]]) -> ModelT:
        """The model of this name.

        Where it must be loaded, `locate` gives its directory, which is left once it is.
        """
        if name in self._held:
            FOUND.labels("memory").inc()
            self._held.move_to_end(name)
        else:
            with locate() as directory:
                self._keep(name, directory)
        return self._held[name].model

    def names(self) -> list[str]:
        """Of the models that are in memory."""
        return list(self._held)

    def drop(self, name: str) -> None:
        """Nobody wants the model any more."""
        del self._held[name]
        MEMORY_BYTES.set(self._size())

    def _keep(self, name: str, directory: Path) -> None:
        size = LOADED * (directory / "model.bin").stat().st_size
        while self._held and self._size() + size > self._cap_bytes:
            self._held.popitem(last=False)
        try:
            with LOADS.time():
                self._held[name] = _Held(self._load(directory), size)
        finally:
            MEMORY_BYTES.set(self._size())

    def _size(self) -> int:
        return sum(each.size for each in self._held.values())
