"""A document that is read a value at a time says what it says as a whole."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.transcriber.domain import documents
from services.transcriber.domain.documents import members

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
OBJECTS = st.dictionaries(st.text(), SCALARS | st.lists(SCALARS), max_size=4)


def compact(document: object, *, ascii_only: bool) -> str:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=ascii_only)


@given(
    document=st.dictionaries(
        st.text(), SCALARS | OBJECTS | st.lists(SCALARS | OBJECTS), min_size=1, max_size=5
    ),
    ascii_only=st.booleans(),
    chunk=st.integers(1, 40),
)
def test_all_members_come_in_order(document: dict[str, Any], ascii_only: bool, chunk: int) -> None:
    text = io.StringIO(compact(document, ascii_only=ascii_only), newline="")
    found = list(members(lambda size: text.read(min(size, chunk))))
    expected = [
        (name, item)
        for name, value in document.items()
        for item in (value if isinstance(value, list) else [value])
    ]
    assert found == expected


def test_no_more_is_read_than_is_asked_for() -> None:
    items = [{"text": "x" * 1000}] * 1000
    text = io.StringIO(compact({"segments": items}, ascii_only=True))
    found = members(text.read)
    assert [next(found) for _ in range(10)] == [("segments", items[0])] * 10
    assert text.tell() <= documents.CHUNK


@pytest.mark.parametrize("text", ["", "[]", '{"a":', '{"a":[1,', '{"a":1'])
def test_what_is_no_object(text: str) -> None:
    with pytest.raises(ValueError, match="the document"):
        list(members(io.StringIO(text).read))
