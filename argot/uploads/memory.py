"""Remembers the uploads that a run opened, so that a later run goes on with them."""

import contextlib
import hashlib
import json
import os
from pathlib import Path

from argot.errors import ExpectedError


def user_folder() -> Path:
    """Where the user's state is kept, by the XDG base directory rules."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "argot" / "uploads"


class Memory:
    """One small file for each upload of (server, model, path, size, time of change).

    A file that was changed since is another one. Runs in parallel do not disturb each other.
    """

    def __init__(self, folder: Path, server: str, model_id: str) -> None:
        self._folder = folder
        self._server = server
        self._model_id = model_id
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ExpectedError(f"{folder} cannot be made: {error.strerror}.") from error

    def recall(self, path: Path) -> str | None:
        """The id of the upload that was opened for this very file, if any."""
        try:
            return str(json.loads(self._entry(path).read_text())["upload_id"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def remember(self, path: Path, upload_id: str) -> None:
        """Keep it, also when this process is killed while it writes."""
        entry = self._entry(path)
        draft = entry.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps({"upload_id": upload_id, "path": str(path.absolute())}))
        draft.replace(entry)

    def forget(self, path: Path) -> None:
        """Nothing is left to go on with; also where the file is gone."""
        with contextlib.suppress(FileNotFoundError):
            self._entry(path).unlink()

    def _entry(self, path: Path) -> Path:
        state = path.stat()
        key = [
            self._server,
            self._model_id,
            str(path.absolute()),
            state.st_size,
            state.st_mtime_ns,
        ]
        digest = hashlib.sha256(json.dumps(key).encode()).hexdigest()
        return self._folder / f"{digest}.json"
