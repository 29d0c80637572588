"""The engine's checkpoint, kept in storage while a run lasts."""

import threading
from collections.abc import Callable
from pathlib import Path

import structlog

from services.trainer.domain import Stopped
from shared.runtime.storage import NoSpace, ObjectMissing, Storage, StorageUnavailable

FILE_NAME = "checkpoint.safetensors"

log = structlog.get_logger(__name__)


class Checkpoints:
    """Copies the checkpoint of a job's folder to storage and back.

    The engine replaces the file as a whole, and the one in storage changes as a whole.
    `on_stored` is called after each copy, from another thread.
    """

    def __init__(
        self, storage: Storage, key: str, job_dir: Path, on_stored: Callable[[], None]
    ) -> None:
        self._storage = storage
        self._key = key
        self._file = job_dir / FILE_NAME
        self._on_stored = on_stored
        self._known = self._version()
        self._thread: threading.Thread | None = None

    def fetch(self) -> bool:
        """Put the stored checkpoint into the folder; False where there is none."""
        draft = self._file.with_suffix(".fetched")
        try:
            self._storage.get_file(self._key, draft)
        except ObjectMissing:
            draft.unlink(missing_ok=True)
            return False
        draft.replace(self._file)
        self._known = self._version()
        return True

    def store_new(self) -> None:
        """Begin to store a checkpoint that is newer than the last one, unless one is under way."""
        if self._thread is not None and self._thread.is_alive():
            return
        version = self._version()
        if version is not None and version != self._known:
            self._known = version
            self._thread = threading.Thread(target=self._store, name="checkpoint", daemon=True)
            self._thread.start()

    def flush(self, timeout: float) -> None:
        """Store the newest checkpoint and wait for that, so many seconds for each copy at most."""
        for _ in range(2):
            if self._thread is not None:
                self._thread.join(timeout)
            self.store_new()

    def _store(self) -> None:
        # A name of its own: the engine may write the next one while this one is read.
        link = self._file.with_suffix(".stored")
        link.unlink(missing_ok=True)
        try:
            link.hardlink_to(self._file)
            self._storage.put_file(self._key, link)
            self._on_stored()
        except (FileNotFoundError, Stopped):
            pass  # the engine has finished meanwhile, or the run has ended
        except (StorageUnavailable, NoSpace) as error:
            log.warning("checkpoint_not_stored", error=type(error).__name__)

    def _version(self) -> tuple[int, int] | None:
        try:
            found = self._file.stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns
