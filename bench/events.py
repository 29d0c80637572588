"""Events from the outbox to their effect, against nameko's stock events.

Ours: a row and its event in one commit → relay with confirms → quorum queue → the effect and the
inbox row in one commit → acknowledged. Stock: dispatch with confirms → classic queue → the same
effect in a commit; it acknowledges whatever happens, so it may lose messages.

`ratio`: ours over stock in events a second, medians of alternating rounds. `p50_ms`, `p99_ms`:
from commit to effect at 200 events a second.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from nameko.standalone.events import event_dispatcher

from bench.events_consumer import Tick, effects
from bench.report import finish, median, percentile
from shared.runtime import outbox, tables
from shared.runtime.database import Database
from shared.runtime.local.broker import Broker
from shared.runtime.relay import Relay

EVENTS = 2000
ROUNDS = 3
STEADY_RATE = 200
STEADY_SECONDS = 10


@contextmanager
def consumer(kind: str, amqp_url: str, database: Database) -> Iterator[None]:
    """One consumer process, ready."""
    environment = {
        **os.environ,
        "ARGOT_AMQP_URL": amqp_url,
        "ARGOT_DATABASE_URL": str(database.engine.url),
        "ARGOT_LOG_LEVEL": "warning",
    }
    command = [sys.executable, "-m", "bench.events_consumer", kind]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()  # it says when it is ready
        try:
            yield
        finally:
            process.terminate()


def open_database(path: Path) -> Database:
    """A database with the runtime's tables and the effects."""
    database = Database(f"sqlite:///{path}")
    tables.metadata.create_all(database.engine)
    effects.metadata.create_all(database.engine)
    return database


def wait_for_effects(database: Database, count: int) -> float:
    """When the `count`-th effect was committed, in seconds since the epoch."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with database.engine.connect() as connection:
            found = connection.scalar(sa.select(sa.func.count()).select_from(effects)) or 0
        if found >= count:
            break
        time.sleep(0.05)
    else:
        raise TimeoutError(f"{found} of {count} effects")
    with database.engine.connect() as connection:
        return float(connection.scalar(sa.select(sa.func.max(effects.c.at))) or 0)


def clear(database: Database) -> None:
    """Forget the effects of the last round."""
    with database.transaction() as session:
        session.execute(sa.delete(effects))


def emit(database: Database, number: int) -> None:
    """One commit with one event."""
    with database.transaction() as session:
        outbox.publish(session, Tick(organisation_id="bench", number=number, at=time.time()))


def ours(publisher: Database, reader: Database) -> float:
    """Events a second, from the first commit to the last effect."""
    clear(reader)
    started = time.time()
    for number in range(EVENTS):
        emit(publisher, number)
    return EVENTS / (wait_for_effects(reader, EVENTS) - started)


def stock(amqp_url: str, reader: Database) -> float:
    """The same for nameko's own dispatcher and handler."""
    clear(reader)
    dispatch = event_dispatcher({"AMQP_URI": amqp_url})
    started = time.time()
    for number in range(EVENTS):
        dispatch("stock", "Tick", {"number": number, "at": time.time()})
    return EVENTS / (wait_for_effects(reader, EVENTS) - started)


def steady(publisher: Database, reader: Database) -> list[float]:
    """Milliseconds from commit to effect at a steady rate."""
    clear(reader)
    count = STEADY_RATE * STEADY_SECONDS
    started = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, started + number / STEADY_RATE - time.monotonic()))
        emit(publisher, number)
    wait_for_effects(reader, count)
    with reader.engine.connect() as connection:
        rows = connection.execute(sa.select(effects.c.emitted_at, effects.c.at))
        return [(row.at - row.emitted_at) * 1000 for row in rows]


def main() -> None:
    """Alternate the rivals, then measure latency."""
    with tempfile.TemporaryDirectory() as folder, Broker(Path(folder) / "broker") as broker:
        url = broker.amqp_url
        publisher = open_database(Path(folder) / "publisher.db")
        ours_reader = open_database(Path(folder) / "ours.db")
        stock_reader = open_database(Path(folder) / "stock.db")
        relay = Relay(publisher, url, "bench")
        relay.start()
        rates: dict[str, list[float]] = {"ours": [], "stock": []}
        with consumer("ours", url, ours_reader), consumer("stock", url, stock_reader):
            for _ in range(ROUNDS):
                rates["stock"].append(stock(url, stock_reader))
                rates["ours"].append(ours(publisher, ours_reader))
                print({kind: round(each[-1]) for kind, each in rates.items()}, flush=True)
            latencies = steady(publisher, ours_reader)
        relay.stop()
    finish(
        ratio=median(rates["ours"]) / median(rates["stock"]),
        p50_ms=percentile(latencies, 0.5),
        p99_ms=percentile(latencies, 0.99),
        ours_s=median(rates["ours"]),
        stock_s=median(rates["stock"]),
    )


if __name__ == "__main__":
    main()
