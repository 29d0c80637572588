"""One part of a file, from disk straight into storage."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx

from argot.client import Client
from argot.connection import ProblemError, UnreachableError
from argot.errors import ExpectedError

RETRY_SECONDS = (0.0, 3.0, 5.0, 10.0, 20.0, 30.0, 60.0)
CHUNK = 256 * 1024
TIMEOUT = httpx.Timeout(60.0, connect=10.0)
# A signed URL runs out, and a storage that is busy or away comes back.
PASSING = frozenset(
    {HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
)


class FileChangedError(ExpectedError):
    """The file on disk is not what it was when its upload was opened."""


class StoppedError(ExpectedError):
    """The user asked for the end."""


class StorageError(ExpectedError):
    """Storage refused a part, or could not be reached."""

    def __init__(self, detail: str, *, passing: bool) -> None:
        super().__init__(detail)
        self.passing = passing


@dataclass(frozen=True)
class Upload:
    """An opened upload of a local file; `missing` are the numbers of the parts to send."""

    path: Path
    id: str
    size: int
    part_size: int
    missing: tuple[int, ...]

    def length(self, number: int) -> int:
        """How many bytes a part has; parts count from 1 and the last may be shorter."""
        return min(self.part_size, self.size - (number - 1) * self.part_size)


class PartSender:
    """Sends parts, from any number of threads, until `stop`."""

    def __init__(self, client: Client, retry_seconds: tuple[float, ...] = RETRY_SECONDS) -> None:
        self._client = client
        self._retry_seconds = retry_seconds
        self._storage = httpx.Client(timeout=TIMEOUT)
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Make every `send` end soon, with `StoppedError`."""
        self._stopping.set()

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._storage.close()

    def send(self, upload: Upload, number: int, sent: Callable[[int], None]) -> None:
        """Return when storage has the part; `sent` hears the bytes, negative when it starts over.

        Each attempt asks for a new signature, as the one before may have run out. Raises an
        `ExpectedError` after the last attempt, or at once where another would fail like it.
        """
        pauses = iter(self._retry_seconds)
        while True:
            try:
                self._attempt(upload, number, sent)
            except (StorageError, ProblemError, UnreachableError) as error:
                pause = next(pauses, None)
                if pause is None or not _passes(error):
                    raise
                if self._stopping.wait(pause):
                    raise StoppedError("Stopped.") from error
            else:
                return

    def _attempt(self, upload: Upload, number: int, sent: Callable[[int], None]) -> None:
        part = self._client.sign_part(upload.id, number)
        headers = httpx.Headers(part.headers)
        headers["Content-Length"] = str(part.size)  # else httpx would send it chunked
        body = _Slice(upload, number, self._stopping, sent)
        try:
            answer = self._storage.request(
                part.method, part.url, headers=headers, content=iter(body)
            )
        except httpx.TransportError as error:
            sent(-body.read)
            raise StorageError(f"Storage does not answer: {error}.", passing=True) from error
        if answer.is_error:
            sent(-body.read)
            raise StorageError(
                f"Storage answered {answer.status_code}.",
                passing=answer.is_server_error or answer.status_code in PASSING,
            )


class _Slice:
    """The bytes of one part, read as they are sent."""

    def __init__(
        self,
        upload: Upload,
        number: int,
        stopping: threading.Event,
        sent: Callable[[int], None],
    ) -> None:
        self._upload = upload
        self._number = number
        self._stopping = stopping
        self._sent = sent
        self.read = 0

    def __iter__(self) -> Iterator[bytes]:
        size = self._upload.length(self._number)
        with self._upload.path.open("rb") as file:
            file.seek((self._number - 1) * self._upload.part_size)
            while self.read < size:
                if self._stopping.is_set():
                    raise StoppedError("Stopped.")
                chunk = file.read(min(CHUNK, size - self.read))
                if not chunk:
                    raise FileChangedError(f"{self._upload.path} became shorter meanwhile.")
                yield chunk
                self.read += len(chunk)
                self._sent(len(chunk))


def _passes(error: ExpectedError) -> bool:
    """Whether the same request may succeed a little later."""
    if isinstance(error, StorageError):
        return error.passing
    if isinstance(error, ProblemError):
        return error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return True
