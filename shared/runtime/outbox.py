"""Events are written beside the rows that they tell of, and published after the commit."""

import json

from sqlalchemy import insert
from sqlalchemy.orm import Session
from uuid6 import uuid7

from shared.events.contract import Event
from shared.runtime import context
from shared.runtime.database import now
from shared.runtime.tables import outbox

MAX_BYTES = 120 * 1024**2
"""Under what the broker takes (`max_message_size`, 128 MiB): one that it refuses would be sent
again for ever, before all that come after it."""


def publish(session: Session, event: Event) -> None:
    """Put `event` into the session's transaction: it is published if, and only if, that commits.

    The headers are CloudEvents 1.0 in the binding for AMQP 0-9-1, and the current request.
    Raises ValueError for an event that no broker would take.
    """
    body = event.model_dump_json()
    if len(body.encode()) > MAX_BYTES:
        raise ValueError(f"{type(event).__name__} is over {MAX_BYTES} bytes")
    headers = {
        "ce-specversion": "1.0",
        "ce-id": str(uuid7()),
        "ce-type": event.ce_type(),
        "ce-source": f"/{event.publisher}",
        "ce-subject": event.subject,
        "ce-time": now().isoformat(),
        **context.current(),
    }
    headers.setdefault("traceparent", context.new_traceparent())
    session.execute(
        insert(outbox).values(event=type(event).__name__, headers=json.dumps(headers), body=body)
    )
    session.info["published"] = True
