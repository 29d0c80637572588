"""The engine's checkpoint, kept in storage while a run lasts."""

import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from services.trainer.domain import Stopped
from shared.runtime.storage import (
    NoSpace,
    ObjectMissing,
    Storage,
    StorageUnavailable,
    UploadMissing,
)

FILE_NAME = "checkpoint.safetensors"
RETRY_SECONDS = 10.0

log = structlog.get_logger(__name__)


class Checkpoints:
    """Copies the checkpoint of a job's folder to storage and back.

    The engine replaces the file as a whole. Each copy has a key of its own below `folder`, which
    `on_stored` is to record, called from another thread: a worker that lost its lease cannot, so
    that its copy changes nothing of the new holder's and is removed. `stored` is the key of the
    last one that was recorded.
    """

    def __init__(
        self,
        storage: Storage,
        folder: str,
        stored: str | None,
        job_dir: Path,
        on_stored: Callable[[str], None],
    ) -> None:
        self._storage = storage
        self._folder = folder
        self._stored = stored
        self._file = job_dir / FILE_NAME
        self._on_stored = on_stored
        self._known = self._version()
        self._not_before = 0.0
        self._thread: threading.Thread | None = None

    def fetch(self) -> bool:
        """Put the stored checkpoint into the folder; False where there is none."""
        if self._stored is None:
            return False
        draft = self._file.with_suffix(".fetched")
        try:
            self._storage.get_file(self._stored, draft)
        except ObjectMissing:
            log.warning("checkpoint_missing", key=self._stored)
            draft.unlink(missing_ok=True)
            return False
        draft.replace(self._file)
        self._known = self._version()
        return True

    def store_new(self) -> None:
        """Begin to store a checkpoint that is newer than the last one, unless one is under way.

        One that could not be stored is tried again after a while.
        """
        if time.monotonic() >= self._not_before:
            self._begin()

    def flush(self, timeout: float) -> None:
        """Store the newest checkpoint and wait for that, so many seconds at most.

        One that fails is tried once more.
        """
        deadline = time.monotonic() + timeout
        self._wait(deadline)
        for _ in range(2):
            self._begin()
            self._wait(deadline)

    def _wait(self, deadline: float) -> None:
        if self._thread is not None:
            self._thread.join(max(0.0, deadline - time.monotonic()))

    def _begin(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            return
        version = self._version()
        if version is not None and version != self._known:
            self._known = version
            self._thread = threading.Thread(target=self._store, name="checkpoint", daemon=True)
            self._thread.start()

    def _store(self) -> None:
        key = f"{self._folder}/{secrets.token_hex(8)}.safetensors"
        # A name of its own: the engine may write the next one while this one is read.
        link = self._file.with_suffix(".stored")
        link.unlink(missing_ok=True)
        try:
            link.hardlink_to(self._file)
            self._storage.put_file(key, link)
            self._on_stored(key)
        except FileNotFoundError:
            pass  # the engine has finished meanwhile
        except (Stopped, UploadMissing):  # the run has ended or is another worker's
            self._remove(key)
        except (StorageUnavailable, NoSpace, SQLAlchemyError) as error:
            log.warning("checkpoint_not_stored", error=type(error).__name__)
            self._not_before = time.monotonic() + RETRY_SECONDS
            self._known = None
        else:
            before, self._stored = self._stored, key
            if before is not None:
                self._remove(before)

    def _remove(self, key: str) -> None:
        try:
            self._storage.remove(key)
        except StorageUnavailable as error:  # tidying will
            log.warning("checkpoint_not_removed", key=key, error=type(error).__name__)

    def _version(self) -> tuple[int, int] | None:
        try:
            found = self._file.stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns
