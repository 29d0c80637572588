"""Models in memory keep to the cap."""

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from services.transcriber.adapters.memory import LOADED, ModelMemory

Make = Callable[[str, int], Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def make(name: str, size: int) -> Path:
        directory = tmp_path / name
        directory.mkdir()
        (directory / "model.bin").write_bytes(bytes(size))
        return directory

    return make


class Loader:
    """Remembers what was loaded."""

    def __init__(self) -> None:
        self.loaded: list[str] = []

    def __call__(self, directory: Path) -> str:
        self.loaded.append(directory.name)
        return directory.name


def test_the_least_recently_used_model_leaves_first(make: Make) -> None:
    load = Loader()
    memory = ModelMemory(cap_bytes=2 * LOADED * 100, load=load)
    folders = {name: make(name, 100) for name in "abc"}
    for name in "ababcab":
        assert memory.get(name, lambda name=name: nullcontext(folders[name])) == name  # type: ignore[misc]
    assert load.loaded == ["a", "b", "c", "a", "b"]


def test_loads_hits_and_bytes_are_told(make: Make) -> None:
    def told() -> list[float]:
        names = ("argot_model_load_seconds_count", "argot_model_memory_bytes")
        hits = REGISTRY.get_sample_value("argot_models_found_total", {"where": "memory"})
        return [hits or 0, *(REGISTRY.get_sample_value(name) or 0 for name in names)]

    memory = ModelMemory(cap_bytes=LOADED * 100, load=Loader())
    folders = {"a": make("a", 100), "b": make("b", 50)}
    hits, loads, _ = told()
    for name in "aaab":
        memory.get(name, lambda name=name: nullcontext(folders[name]))  # type: ignore[misc]
    assert told() == [hits + 2, loads + 2, LOADED * 50]


def held_bytes() -> float | None:
    return REGISTRY.get_sample_value("argot_model_memory_bytes")


def test_what_left_for_a_model_that_cannot_be_loaded_counts_no_more(make: Make) -> None:
    def load(directory: Path) -> str:
        if directory.name == "damaged":
            raise RuntimeError
        return directory.name

    memory = ModelMemory(cap_bytes=LOADED * 100, load=load)
    good, damaged = make("good", 100), make("damaged", 50)
    memory.get("good", lambda: nullcontext(good))
    assert held_bytes() == LOADED * 100
    with pytest.raises(RuntimeError):
        memory.get("damaged", lambda: nullcontext(damaged))
    assert held_bytes() == 0


def test_what_is_dropped_is_loaded_anew(make: Make) -> None:
    load = Loader()
    memory = ModelMemory(cap_bytes=3 * LOADED * 100, load=load)
    folders = {name: make(name, 100) for name in "ab"}
    for name in "ab":
        memory.get(name, lambda name=name: nullcontext(folders[name]))  # type: ignore[misc]
    memory.drop("a")
    assert memory.names() == ["b"]
    assert held_bytes() == LOADED * 100
    memory.get("a", lambda: nullcontext(folders["a"]))
    assert load.loaded == ["a", "b", "a"]


def test_several_leave_for_a_large_one(make: Make) -> None:
    load = Loader()
    memory = ModelMemory(cap_bytes=3 * LOADED * 100, load=load)
    folders = {name: make(name, 100) for name in "abc"} | {"large": make("large", 200)}
    for name in ("a", "b", "c", "large", "c", "b"):
        memory.get(name, lambda name=name: nullcontext(folders[name]))  # type: ignore[misc]
    assert load.loaded == ["a", "b", "c", "large", "b"]


def test_a_model_over_the_cap_is_held_alone(make: Make) -> None:
    load = Loader()
    memory = ModelMemory(cap_bytes=LOADED * 100, load=load)
    small, large = make("small", 50), make("large", 500)
    for name, folder in (("small", small), ("large", large), ("large", large), ("small", small)):
        memory.get(name, lambda folder=folder: nullcontext(folder))  # type: ignore[misc]
    assert load.loaded == ["small", "large", "small"]
