"""The tables that every service has beside its own: outbox, relay lease, inbox."""

from sqlalchemy import BigInteger, Column, DateTime, Integer, MetaData, String, Table, Text

metadata = MetaData()

outbox = Table(
    "outbox",
    metadata,
    Column(
        "position",
        BigInteger().with_variant(Integer(), "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("event", String(80), nullable=False),
    Column("headers", Text, nullable=False),
    Column("body", Text, nullable=False),
)
"""Events that the broker has not confirmed yet, in the order in which they were written.

That is the order of commits for each subject, as its row is locked before its event is written.
"""

relay_lease = Table(
    "relay_lease",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("holder", String(36)),
    Column("until", DateTime(timezone=True)),
)
"""One row: which of several relays publishes now."""

inbox = Table(
    "inbox",
    metadata,
    Column("message_id", String(200), primary_key=True),
    Column("handled_at", DateTime(timezone=True), nullable=False, index=True),
)
"""Ids of the messages that were handled."""
