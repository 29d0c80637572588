"""Pages of a list, newest change first: a cursor is the place of the last row that was sent."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import Select, bindparam, tuple_
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


class Pages(Generic[RowT]):
    """The pages of a list, as statements that are made once: to make one costs as much as to run.

    `query` selects one entity, or columns with `at` and `row_id` among them; it may have
    parameters. An index that ends in `at` and `row_id` leads straight to any page.
    """

    def __init__(
        self,
        query: Select[Any],
        at: InstrumentedAttribute[datetime],
        row_id: InstrumentedAttribute[str],
    ) -> None:
        self._at, self._id = at.key, row_id.key
        self._of_entities = len(query.column_descriptions) == 1
        self.first = query.order_by(at.desc(), row_id.desc()).limit(bindparam("page_rows"))
        last = tuple_(bindparam("page_at", type_=at.type), bindparam("page_id", type_=row_id.type))
        self.next = self.first.where(tuple_(at, row_id) < last)

    def read(
        self, session: Session, request: Listing[Any], **parameters: Any
    ) -> tuple[list[RowT], str | None]:
        """The rows that `request` asks for, newest change first, and the next cursor.

        Errors: `invalid-request` for a bad cursor or a limit outside 1 to 200.
        """
        if not 1 <= request.limit <= MAX_LIMIT:
            raise _invalid("limit", f"The limit is 1 to {MAX_LIMIT}")
        statement, parameters["page_rows"] = self.first, request.limit + 1
        if request.cursor is not None:
            last = decode(request.cursor)
            parameters |= {"page_at": last.at, "page_id": last.id}
            statement = self.next
        result = session.execute(statement, parameters)
        rows: list[Any] = list(result.scalars() if self._of_entities else result)
        if len(rows) <= request.limit:
            return rows, None
        rows = rows[: request.limit]
        return rows, encode(Place(getattr(rows[-1], self._at), getattr(rows[-1], self._id)))


def read_page(
    session: Session,
    query: Select[tuple[RowT]],
    at: InstrumentedAttribute[datetime],
    row_id: InstrumentedAttribute[str],
    request: Listing[Any],
) -> tuple[list[RowT], str | None]:
    """A page of a list whose statement is made for this one request. Errors: as of `Pages`."""
    return Pages[RowT](query, at, row_id).read(session, request)


def _invalid(field: str, message: str) -> ArgotError:
    fault = {"code": "invalid-request", "message": message, "field": field}
    return ArgotError("invalid-request", message, errors=[fault])
