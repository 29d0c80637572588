"""A run's files in storage, and why one of them cannot be used."""

from pathlib import Path

from shared.events.data import DatasetFile
from shared.runtime.storage import ObjectMissing, Storage


class Unusable(Exception):
    """A file cannot be used; the reason is for the ledger."""

    def __init__(self, file: DatasetFile, reason: str) -> None:
        super().__init__(reason)
        self.file = file
        self.reason = reason


def fetch(file: DatasetFile, storage: Storage, path: Path) -> None:
    """Download the very file that was judged. Raises `Unusable`, and what storage raises."""
    try:
        stored = storage.get_file(file.storage_key, path)
    except ObjectMissing as error:
        raise Unusable(file, "file-missing") from error
    if stored.sha256 != file.sha256:
        raise Unusable(file, "file-changed")
