"""Small artifacts, and a storage that holds them in memory."""

import hashlib
import io
import tarfile
import threading
from pathlib import Path

from services.transcriber.adapters.archives import REQUIRED
from services.transcriber.adapters.artifacts import CustomModel
from shared.events.data import StoredFile
from shared.runtime.storage import ObjectMissing, Storage
from shared.runtime.unwanted import Unwanted


class FakeStorage(Storage):
    """Objects by key; `on_fetch` is called while one is fetched."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.fetched: list[str] = []
        self.on_fetch = lambda: None

    def get_file(self, key: str, path: Path, unwanted: threading.Event | None = None) -> StoredFile:
        self.fetched.append(key)
        if key not in self.objects:
            raise ObjectMissing(key)
        self.on_fetch()
        if unwanted is not None and unwanted.is_set():
            raise Unwanted
        path.write_bytes(self.objects[key])
        return stored(key, self.objects[key])

    def add(self, model_id: str, size: int = 1000) -> CustomModel:
        """Store a custom model whose files have `size` bytes when they are unpacked."""
        self.objects[model_id] = packed(model_id, size)
        return CustomModel(model_id, stored(model_id, self.objects[model_id]))


def packed(mark: str, size: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name in REQUIRED:
            data = mark.encode() if name == "config.json" else b"x"
            if name == "model.bin":
                data = bytes(size - len(mark) - len(REQUIRED) + 2)
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def stored(key: str, data: bytes) -> StoredFile:
    return StoredFile(storage_key=key, size=len(data), sha256=hashlib.sha256(data).hexdigest())
