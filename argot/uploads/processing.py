"""Waits until the server has looked at uploaded files."""

import time
from collections.abc import Iterator

from argot.client import Client
from shared.rpc.ingest import Dataset

POLL_SECONDS = 1.0


def processed(client: Client, model_id: str, row_ids: set[str]) -> Iterator[Dataset]:
    """Each of the rows once, as soon as it is ready or failed."""
    waiting = set(row_ids)
    while waiting:
        rows = {row.id: row for row in client.datasets(model_id)}
        for row_id in sorted(waiting):
            row = rows.get(row_id)
            if row is None or row.status != "processing":
                waiting.discard(row_id)
                if row is not None:
                    yield row
        if waiting:
            time.sleep(POLL_SECONDS)
