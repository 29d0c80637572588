"""Processing of many short files by one worker of ingest.

1,000 recordings of a second each are uploaded first, then a worker is started: each is leased,
fetched, decoded in the sandbox, measured, recorded and told of.

`files_s`: files a second, from the first that is ready to the last. `rss_growth_mb`: by how much
the worker's own memory grew from the 100th file to the last.
"""

import tempfile
import time
import wave
from pathlib import Path
from secrets import token_bytes

import psutil
import sqlalchemy as sa

from bench.report import finish
from services.ingest.models.tables import Dataset
from shared.runtime.database import Database
from shared.runtime.local.broker import Broker
from shared.runtime.local.storage import Storage
from shared.runtime.testing.calls import TestCaller
from shared.runtime.testing.ingest import Client
from shared.runtime.testing.processes import ServiceProcess

FILES = 1000
WARM = 100
BATCH = 100
POLL_SECONDS = 0.02
TIMEOUT_SECONDS = 900.0


def recording(folder: Path) -> bytes:
    """A second of noise at 16 kHz."""
    path = folder / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(token_bytes(32_000))
    return path.read_bytes()


def upload(amqp_url: str, data: bytes) -> None:
    """All files, each completed."""
    with TestCaller(amqp_url) as call:
        client = Client(call)
        for first in range(0, FILES, BATCH):
            batch = [(f"{number}.wav", len(data)) for number in range(first, first + BATCH)]
            for item in client.open(*batch):
                assert item.upload_id is not None
                client.send(item.upload_id, data)
                client.complete(item.upload_id)


def wait_for(database: Database, count: int) -> float:
    """When so many files were ready."""
    ready = sa.select(sa.func.count()).where(Dataset.status == "ready")
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        with database.reading() as session:
            if (session.scalar(ready) or 0) >= count:
                return time.monotonic()
        time.sleep(POLL_SECONDS)
    raise TimeoutError(f"{count} files are not ready")


def main() -> None:
    """Upload, then process."""
    with (
        tempfile.TemporaryDirectory() as name,
        Broker(Path(name) / "broker") as broker,
        Storage(Path(name) / "storage") as storage,
    ):
        folder = Path(name)
        url = f"sqlite:///{folder / 'ingest.db'}"
        environment = {
            "ARGOT_AMQP_URL": broker.amqp_url,
            "ARGOT_DATABASE_URL": url,
            "ARGOT_STORAGE_ENDPOINT": storage.address.endpoint,
            "ARGOT_STORAGE_ACCESS_KEY": storage.address.access_key,
            "ARGOT_STORAGE_SECRET_KEY": storage.address.secret_key,
            "ARGOT_WORK_DIR": str(folder / "work"),
            "ARGOT_LOG_LEVEL": "warning",
        }
        with ServiceProcess("services.ingest", environment, folder):
            upload(broker.amqp_url, recording(folder))
        database = Database(url)
        with ServiceProcess("services.ingest.worker", environment, folder) as worker:
            process = psutil.Process(worker.pid)
            begun, memory = wait_for(database, 1), []
            for count in (WARM, FILES):
                ended = wait_for(database, count)
                memory.append(process.memory_info().rss / 1024**2)
        database.close()
    finish(
        files_s=(FILES - 1) / (ended - begun),
        rss_growth_mb=memory[1] - memory[0],
        rss_mb=memory[1],
    )


if __name__ == "__main__":
    main()
