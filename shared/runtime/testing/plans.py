"""How a database goes about the queries of a test."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from shared.runtime.database import Database


@contextmanager
def query_plans(database: Database) -> Iterator[list[str]]:
    """The plan of each SELECT that is asked meanwhile, in the database's own words."""
    found: list[str] = []
    explain = "EXPLAIN QUERY PLAN " if database.engine.dialect.name == "sqlite" else "EXPLAIN "

    def ask(_: Any, cursor: Any, statement: str, parameters: Any, *__: Any) -> None:
        if not statement.startswith("SELECT"):
            return
        own = cursor.connection.cursor()
        if database.engine.dialect.name == "postgresql":
            own.execute("SET LOCAL enable_seqscan = off")  # so small a table would be read whole
        own.execute(explain + statement, parameters)
        found.append("\n".join(str(row) for row in own.fetchall()))

    event.listen(database.engine, "before_cursor_execute", ask)
    try:
        yield found
    finally:
        event.remove(database.engine, "before_cursor_execute", ask)
