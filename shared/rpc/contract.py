"""What all calls have in common."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, PlainSerializer, WithJsonSchema

ReplyT = TypeVar("ReplyT", bound=BaseModel)
ItemT = TypeVar("ItemT")


def _in_microseconds(value: datetime) -> str:
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


Time = Annotated[
    datetime,
    PlainSerializer(_in_microseconds, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A point in time; RFC 3339 in UTC with microseconds on the wire, also where they are zero."""


class Reply(BaseModel):
    """An answer, or a part of one."""

    model_config = ConfigDict(frozen=True)


class Nothing(Reply):
    """The answer of a command that has none."""


class Page(Reply, Generic[ItemT]):
    """A part of a list; `next_cursor` asks for the next one."""

    items: list[ItemT]
    next_cursor: str | None = None


class Request(BaseModel, Generic[ReplyT]):
    """A call of the method `snake_case(class name)` on the service that owns the answer.

    Subclass `Request[Answer]` and name the `service`; client and server then agree by type.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: ClassVar[str]
    method: ClassVar[str]
    reply: ClassVar[type[BaseModel]]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        cls.method = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        for base in cls.__mro__:
            arguments = getattr(base, "__pydantic_generic_metadata__", {}).get("args", ())
            if arguments and not isinstance(arguments[0], TypeVar):
                cls.reply = arguments[0]
                return


class Call(Protocol):
    """What handlers ask other services with: the bus, or a fake neighbour in tests.

    Raises the `ArgotError` of the service, or `service-unavailable` where no answer came in time;
    a command that got no answer may run later all the same.
    """

    def __call__(self, request: Request[ReplyT]) -> ReplyT:
        """Ask and wait."""
        ...


class Idempotency(BaseModel):
    """A client's `Idempotency-Key`, and a digest of the request that it was sent with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    digest: str


class Repeatable(Request[ReplyT], Generic[ReplyT]):
    """A command that creates something, once under each idempotency key of an organisation.

    Errors: `invalid-request` where the key came with another request.
    """

    organisation_id: str
    idempotency: Idempotency | None = None


class Listing(Request[ReplyT], Generic[ReplyT]):
    """A request for one page, newest change first."""

    limit: int = 50
    cursor: str | None = None


class Failure(Reply):
    """Why something failed, in the form that users see."""

    code: str
    message: str
