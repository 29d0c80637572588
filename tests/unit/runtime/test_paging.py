from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from shared.errors import ArgotError
from shared.rpc.contract import Listing, Nothing
from shared.runtime import paging
from shared.runtime.database import UtcDateTime

START = datetime(2026, 1, 1, tzinfo=UTC)


class Base(DeclarativeBase):
    pass


class Row(Base):
    __tablename__ = "rows"

    id: Mapped[str] = mapped_column(primary_key=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as opened:
        opened.add_all(
            Row(id=f"{n:02}", changed_at=START + timedelta(microseconds=n // 3)) for n in range(20)
        )
        opened.flush()
        yield opened


@pytest.mark.parametrize("limit", [1, 3, 7, 19, 20, 21, 200])
def test_pages_hold_every_row_once_newest_first(session: Session, limit: int) -> None:
    seen, cursor = [], None
    while True:
        request = Listing[Nothing](limit=limit, cursor=cursor)
        rows, cursor = paging.read_page(session, select(Row), Row.changed_at, Row.id, request)
        assert len(rows) <= limit
        seen += [row.id for row in rows]
        if cursor is None:
            break
    assert seen == [f"{n:02}" for n in reversed(range(20))]


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.text(st.characters(codec="ascii", categories=["L", "N", "P"])),
)
def test_cursors_come_back_as_they_were(at: datetime, row_id: str) -> None:
    place = paging.Place(at, row_id)
    assert paging.decode(paging.encode(place)) == place


@given(st.text() | st.text("AZaz09-_="))
def test_any_other_text_is_an_invalid_request(text: str) -> None:
    with pytest.raises(ArgotError, match="invalid-request"):
        paging.decode(text)


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_limits_outside_1_to_200_are_refused(session: Session, limit: int) -> None:
    request = Listing[Nothing](limit=limit)
    with pytest.raises(ArgotError, match="invalid-request"):
        paging.read_page(session, select(Row), Row.changed_at, Row.id, request)
