"""The two consumers of `bench.events`, each a process: `events_consumer ours|stock`."""

if __name__ == "__main__":
    from shared.runtime.service import launcher

import sys
import time
from typing import Any, ClassVar

import sqlalchemy as sa
from nameko.events import event_handler
from nameko.extensions import DependencyProvider

from shared.events.contract import Event
from shared.runtime import logging
from shared.runtime.database import Database
from shared.runtime.deliveries import Delivery
from shared.runtime.service.inbox import listens
from shared.runtime.settings import DatabaseSettings, RuntimeSettings

effects = sa.Table(
    "effects",
    sa.MetaData(),
    sa.Column("number", sa.Integer),
    sa.Column("emitted_at", sa.Float),
    sa.Column("at", sa.Float),
)


class Tick(Event):
    """Something happened, at a time in seconds since the epoch."""

    publisher: ClassVar[str] = "bench"
    subject_field: ClassVar[str] = "organisation_id"
    number: int
    at: float


class Settings(RuntimeSettings, DatabaseSettings):
    """What the consumers read."""


class Effects(DependencyProvider):  # type: ignore[misc]
    """Injects the database of the effects."""

    def setup(self) -> None:
        """Open it."""
        self.database = Database(self.container.config["settings"].database_url.get_secret_value())

    def get_dependency(self, _worker_ctx: Any) -> Database:
        """The one database of the process."""
        return self.database


class Ours:
    """The idempotent consumer."""

    name = "ours"
    database = Effects()

    @listens(Tick)
    def on_tick(self, message: Delivery[Tick]) -> None:
        """One row beside the inbox row."""
        with self.database.once(message.id) as session:
            session.execute(
                sa.insert(effects).values(
                    number=message.event.number, emitted_at=message.event.at, at=time.time()
                )
            )


class Stock:
    """nameko's own event handler."""

    name = "stock_consumer"
    database = Effects()

    @event_handler("stock", "Tick")  # type: ignore[untyped-decorator]
    def on_tick(self, body: dict[str, Any]) -> None:
        """One row."""
        with self.database.transaction() as session:
            session.execute(
                sa.insert(effects).values(
                    number=body["number"], emitted_at=body["at"], at=time.time()
                )
            )


if __name__ == "__main__":
    logging.configure("bench", "warning", "json")
    launcher.run(
        Ours if sys.argv[1] == "ours" else Stock,
        Settings(),
        on_ready=lambda: print("ready", flush=True),
    )
