"""Idempotency keys: a command that comes again under its key is answered as before.

A service that creates things keeps its own table of `RepeatColumns`. The key is claimed in the
transaction that creates, so that of two requests at once one creates and the other waits for it.
Refusals are not kept: they created nothing, and may be tried again.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import JSON, String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from shared.errors import ArgotError
from shared.rpc.contract import Idempotency, Repeatable
from shared.runtime.database import UtcDateTime, now

KEPT = timedelta(days=2)
SWEPT_AT_ONCE = 20
"""Old keys that each new one takes along; more than one, so that they do not pile up."""

ReplyT = TypeVar("ReplyT", bound=BaseModel)


class RepeatColumns:
    """A request under a key; `reply` is what it was answered."""

    organisation_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    method: Mapped[str] = mapped_column(String(80), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    reply: Mapped[dict[str, Any] | None] = mapped_column(JSON, default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)


def earlier(
    session: Session, table: type[RepeatColumns], request: Repeatable[ReplyT]
) -> ReplyT | None:
    """What the request was answered before. Errors: `invalid-request` (another one's key)."""
    if request.idempotency is None:
        return None
    return kept(session, table, request.organisation_id, type(request), request.idempotency)


def kept(
    session: Session,
    table: type[RepeatColumns],
    organisation_id: str,
    command: type[Repeatable[ReplyT]],
    idempotency: Idempotency,
) -> ReplyT | None:
    """What such a command was answered under the key. Errors: `invalid-request`."""
    row = session.get(table, (organisation_id, command.method, idempotency.key))
    return None if row is None else _reply(row, command, idempotency)


def once(
    session: Session,
    table: type[RepeatColumns],
    request: Repeatable[ReplyT],
    create: Callable[[], ReplyT],
) -> ReplyT:
    """What `create` answers, which then is kept under the request's key; or what is kept there.

    Errors: those of `create`; `invalid-request` where the key came with another request.
    """
    if request.idempotency is None:
        return create()
    if (answered := earlier(session, table, request)) is not None:
        return answered
    place = (request.organisation_id, request.method, request.idempotency.key)
    claimed = table()
    claimed.organisation_id, claimed.method, claimed.key = place
    claimed.digest = request.idempotency.digest
    try:
        with session.begin_nested():
            session.add(claimed)
    except IntegrityError:  # a twin was quicker, and has committed by now
        return _reply(session.get_one(table, place), type(request), request.idempotency)
    answer = create()
    claimed.reply = answer.model_dump(mode="json")
    _sweep(session, table)
    return answer


def _reply(
    row: RepeatColumns, command: type[Repeatable[ReplyT]], idempotency: Idempotency
) -> ReplyT:
    if row.digest != idempotency.digest:
        raise ArgotError("invalid-request", "The idempotency key belongs to another request")
    return command.reply.model_validate(row.reply)  # type: ignore[return-value]


def _sweep(session: Session, table: type[RepeatColumns]) -> None:
    old = select(table).where(table.created_at < now() - KEPT).limit(SWEPT_AT_ONCE)
    for row in session.scalars(old.with_for_update(skip_locked=True)):
        session.delete(row)
