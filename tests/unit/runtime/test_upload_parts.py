from hypothesis import given
from hypothesis import strategies as st

from shared.runtime import uploads

PART = 52_428_800


@given(st.integers(1, 10 * 1024**3))
def test_the_parts_make_up_the_file(size: int) -> None:
    count = uploads.part_count(size)
    sizes = [uploads.part_size_of(size, number) for number in range(1, count + 1)]
    assert sum(sizes) == size
    assert all(each == PART for each in sizes[:-1])
    assert 1 <= sizes[-1] <= PART


def test_limits() -> None:
    assert [uploads.part_count(size) for size in (1, PART, PART + 1)] == [1, 1, 2]
    assert uploads.part_count(10 * 1024**3) == 205
