from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from services.trainer.engine.examples import Examples
from services.trainer.engine.table import Table


@given(
    lengths=st.lists(st.integers(1, 448), max_size=30),
    size=st.integers(1, 8),
    most=st.integers(1, 2000),
)
def test_parts_are_all_in_order_and_within_bounds_where_one_fits(
    lengths: list[int], size: int, most: int
) -> None:
    examples = Examples([((0,) * length, 0) for length in lengths], cast(Table, None))
    places = list(range(len(lengths)))
    parts = list(examples.parts(places, size, most))
    assert [place for part in parts for place in part] == places
    for part in parts:
        assert 1 <= len(part) <= size
        assert len(part) == 1 or len(part) * max(lengths[each] for each in part) <= most
