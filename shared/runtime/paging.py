"""Pages of a list, newest change first: a cursor is the place of the last row that was sent."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Select, and_, or_
from sqlalchemy.orm import InstrumentedAttribute, Session

from shared.errors import ArgotError
from shared.rpc.contract import Listing

MAX_LIMIT = 200

RowT = TypeVar("RowT")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Place(NamedTuple):
    """Where a row stands in its list; the id decides between rows of one microsecond."""

    at: datetime
    id: str


def encode(place: Place) -> str:
    """An opaque cursor, safe in a URL."""
    microseconds = (place.at - _EPOCH) // timedelta(microseconds=1)
    return urlsafe_b64encode(f"{microseconds}/{place.id}".encode()).decode().rstrip("=")


def decode(cursor: str) -> Place:
    """The place that `encode` was given. Errors: `invalid-request`."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        microseconds, _, row_id = urlsafe_b64decode(padded).decode("ascii").partition("/")
        place = Place(_EPOCH + timedelta(microseconds=int(microseconds)), row_id)
    except (ValueError, OverflowError) as error:
        raise _invalid("cursor", "This is no cursor of the list") from error
    if not (row_id.isprintable() and encode(place) == cursor):
        raise _invalid("cursor", "This is no cursor of the list")
    return place


def read_page(
    session: Session,
    query: Select[tuple[RowT]],
    at: InstrumentedAttribute[datetime],
    row_id: InstrumentedAttribute[str],
    request: Listing[Any],
) -> tuple[list[RowT], str | None]:
    """The rows of `query` that `request` asks for, by `at` and `row_id`, and the next cursor.

    Errors: `invalid-request` for a bad cursor or a limit outside 1 to 200.
    """
    if not 1 <= request.limit <= MAX_LIMIT:
        raise _invalid("limit", f"The limit is 1 to {MAX_LIMIT}")
    if request.cursor is not None:
        last = decode(request.cursor)
        query = query.where(or_(at < last.at, and_(at == last.at, row_id < last.id)))
    query = query.order_by(at.desc(), row_id.desc()).limit(request.limit + 1)
    rows = list(session.scalars(query))
    if len(rows) <= request.limit:
        return rows, None
    rows = rows[: request.limit]
    return rows, encode(Place(getattr(rows[-1], at.key), getattr(rows[-1], row_id.key)))


def _invalid(field: str, message: str) -> ArgotError:
    fault = {"code": "invalid-request", "message": message, "field": field}
    return ArgotError("invalid-request", message, errors=[fault])
