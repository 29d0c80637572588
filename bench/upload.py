"""Uploads through the gateway's signed parts, against raw signed PUTs to the same storage.

Ours: open, for each part a signed URL from the gateway, PUT, complete: token, feature gate, calls,
SQLite. Raw: the same parts of the same bytes into uploads in parts that this process begins, signs
and completes itself. Four connections that are kept open; rounds of both alternate, and the medians
count. No worker runs, so that nothing reads what was sent.

`ratio`: ours over raw in bytes a second.
"""

import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from argot.client import Client
from argot.stack import ARGOT, Stack
from argot.stack.local import BUCKET
from argot.stack.organisation import DEMO, grant
from argot.stack.settings import StackSettings
from bench.report import finish, median
from shared.rpc.ingest import NamedFile
from shared.rpc.uploads import PART_SIZE
from shared.runtime import uploads
from shared.runtime.settings import StorageSettings
from shared.runtime.storage import Storage, new_key

SIZE = 1024**3
CONNECTIONS = 4
ROUNDS = 3
SIGNED_SECONDS = 600
NEEDED = {"catalog", "quota", "ingest", "gateway"}

Sign = Callable[[int], str]


class Parts:
    """Sends the parts of a file of `SIZE` bytes to wherever they are signed for."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self._bytes = memoryview(os.urandom(PART_SIZE))

    def send(self, sign: Sign) -> None:
        """Four at a time."""

        def put(number: int) -> None:
            size = uploads.part_size_of(SIZE, number)
            self._http.put(sign(number), content=bytes(self._bytes[:size])).raise_for_status()

        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(put, range(1, uploads.part_count(SIZE) + 1)))


def ours(client: Client, model_id: str, number: int, parts: Parts) -> None:
    """One file through the gateway."""
    (item,) = client.open_uploads(model_id, [NamedFile(name=f"{number}.wav", size=SIZE)])
    upload_id = item.upload_id
    assert upload_id is not None
    parts.send(lambda part: client.sign_part(upload_id, part).url)
    client.complete_upload(upload_id)


def raw(storage: Storage, parts: Parts) -> None:
    """One object by storage's own means."""
    key = new_key("bench")
    upload_id = storage.multipart.create(key)

    def sign(number: int) -> str:
        size = uploads.part_size_of(SIZE, number)
        return storage.sign_part(key, upload_id, number, size, SIGNED_SECONDS)

    parts.send(sign)
    storage.multipart.complete(key, upload_id, storage.multipart.parts(key, upload_id))


def rate(work: Callable[[], None]) -> float:
    """MiB a second."""
    begun = time.perf_counter()
    work()
    return SIZE / 1024**2 / (time.perf_counter() - begun)


def main() -> None:
    """Alternate the rivals; what was sent is removed before the next."""
    specs = [spec for spec in ARGOT if spec.name in NEEDED]
    with (
        tempfile.TemporaryDirectory() as name,
        Stack(Path(name) / "data", specs=specs, settings=StackSettings(port=None)) as stack,
        httpx.Client(timeout=120) as http,
    ):
        address = stack.storage.address
        storage = Storage(
            StorageSettings.model_validate(
                {
                    "storage_endpoint": address.endpoint,
                    "storage_access_key": address.access_key,
                    "storage_secret_key": address.secret_key,
                    "storage_bucket": BUCKET,
                }
            )
        )
        grant(stack.address, stack.token(org=DEMO, user="s", roles=["sysop"]))
        parts = Parts(http)
        rates: dict[str, list[float]] = {"ours": [], "raw": []}
        with Client(stack.address, stack.token(org=DEMO, user="ann", roles=["user"])) as client:
            model_id = client.create_model("Bench", "fr").id
            raw(storage, parts)  # the first bytes warm storage up
            for number in range(ROUNDS):
                for kind, work in (
                    ("raw", lambda: raw(storage, parts)),
                    ("ours", lambda number=number: ours(client, model_id, number, parts)),
                ):
                    for stored in list(storage.list_prefix("")):
                        storage.remove(stored.key)
                    rates[kind].append(rate(work))
                print({kind: round(each[-1]) for kind, each in rates.items()}, flush=True)
    finish(
        ratio=median(rates["ours"]) / median(rates["raw"]),
        ours_mib_s=median(rates["ours"]),
        raw_mib_s=median(rates["raw"]),
    )


if __name__ == "__main__":
    main()
