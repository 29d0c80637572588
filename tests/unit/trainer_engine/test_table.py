from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from services.trainer.engine import table as table_module
from services.trainer.engine.table import Table

ROWS = 10


class Counting:
    """Computes rows, and knows which."""

    def __init__(self) -> None:
        self.computed: list[int] = []

    def __call__(self, index: int) -> npt.NDArray[np.float32]:
        self.computed.append(index)
        return np.full((2, 3), index, dtype=np.float32)


@pytest.fixture
def half_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A table that was interrupted at its eighth row; it flushes every three."""
    monkeypatch.setattr(table_module, "FLUSH_EVERY", 3)
    path = tmp_path / "scratch" / "rows.bin"

    def interrupt(share: float) -> None:
        if share >= 0.7:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        Table(path, "key", (ROWS, 2, 3), np.float16).fill(Counting(), interrupt)
    return path


@pytest.mark.parametrize(("key", "missing"), [("key", range(6, ROWS)), ("other", range(ROWS))])
def test_a_table_goes_on_where_it_was_flushed_if_it_is_the_same(
    half_filled: Path, key: str, missing: range
) -> None:
    compute, told = Counting(), list[float]()
    table = Table(half_filled, key, (ROWS, 2, 3), np.float16)
    table.fill(compute, told.append)
    assert compute.computed == list(missing)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert table.take([9, 0, 5])[:, 1, 2].tolist() == [9, 0, 5]


def test_a_full_table_is_only_read(half_filled: Path) -> None:
    Table(half_filled, "key", (ROWS, 2, 3), np.float16).fill(Counting(), lambda _: None)
    compute = Counting()
    again = Table(half_filled, "key", (ROWS, 2, 3), np.float16)
    again.fill(compute, lambda _: None)
    assert compute.computed == []
    assert len(again) == ROWS
