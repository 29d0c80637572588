"""Sends many files at once: part by part, each completed as soon as storage has it."""

import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from itertools import islice
from pathlib import Path
from typing import Self

from argot.client import Client
from argot.errors import ExpectedError
from argot.uploads.memory import Memory
from argot.uploads.opening import open_batch
from argot.uploads.outcomes import Outcome, Watcher
from argot.uploads.parts import PartSender, StoppedError, Upload

BATCH = 100
PARALLEL_PARTS = 4


class Sender:
    """Has at most four parts on their way at a time, over all files."""

    def __init__(self, client: Client, watcher: Watcher, parts: PartSender | None = None) -> None:
        self._client = client
        self._watcher = watcher
        self._parts = parts or PartSender(client)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._parts.close()

    def stop(self) -> None:
        """Make every upload end soon, with `StoppedError`."""
        self._parts.stop()

    def upload(self, model_id: str, paths: Iterable[Path], memory: Memory) -> list[Outcome]:
        """Upload a model's files, in batches; an interrupted file goes on where it was.

        Faults of one file are outcomes. Raises an `ExpectedError` where a batch is refused.
        """
        outcomes: list[Outcome] = []
        remaining = iter(dict.fromkeys(paths))
        while batch := list(islice(remaining, BATCH)):
            opened = open_batch(self._client, model_id, batch, memory)
            settled = [each for each in opened if isinstance(each, Outcome)]
            for outcome in settled:
                self._watcher.ends(outcome)
            sent = self.send([each for each in opened if isinstance(each, Upload)])
            for outcome in (*settled, *sent):
                if outcome.kind == "uploaded":
                    memory.forget(outcome.path)
                outcomes.append(outcome)
        return outcomes

    def send(self, uploads: Sequence[Upload]) -> list[Outcome]:
        """Send what is missing of opened uploads, and complete them.

        Where it is interrupted, the parts on their way end at their next chunk, or time out.
        """
        files = [_File(upload) for upload in uploads]
        for upload in uploads:
            left = sum(map(upload.length, upload.missing))
            self._watcher.begins(upload.path, upload.size, left)
        pool = ThreadPoolExecutor(PARALLEL_PARTS, thread_name_prefix="parts")
        try:
            tasks = [
                pool.submit(self._work, file, number)
                for file in files
                for number in file.upload.missing or (None,)
            ]
            for task in wait(tasks, return_when=FIRST_EXCEPTION).done:
                task.result()
        except BaseException:
            self._parts.stop()
            raise
        finally:
            pool.shutdown(cancel_futures=True)
        return [file.outcome for file in files if file.outcome is not None]

    def _work(self, file: "_File", number: int | None) -> None:
        """Send one part, and complete the file after its last; None where none is missing."""
        path = file.upload.path
        if file.outcome is not None:
            return
        try:
            if number is not None:
                self._parts.send(
                    file.upload, number, lambda count: self._watcher.sends(path, count)
                )
            if file.one_part_less():
                row_id = self._client.complete_upload(file.upload.id)
                self._end(file, Outcome(path, "uploaded", id=row_id))
        except StoppedError:
            raise
        except ExpectedError as error:
            self._end(file, Outcome(path, "failed", str(error)))
        except OSError as error:
            self._end(file, Outcome(path, "failed", f"{path} cannot be read: {error.strerror}."))

    def _end(self, file: "_File", outcome: Outcome) -> None:
        if file.ends_with(outcome):
            self._watcher.ends(outcome)


class _File:
    """A file on its way, known to several threads."""

    def __init__(self, upload: Upload) -> None:
        self.upload = upload
        self.outcome: Outcome | None = None
        self._left = len(upload.missing)
        self._lock = threading.Lock()

    def one_part_less(self) -> bool:
        """Whether that was the last one."""
        with self._lock:
            self._left -= 1
            return self._left <= 0

    def ends_with(self, outcome: Outcome) -> bool:
        """Keep the first outcome; False where there is one."""
        with self._lock:
            if self.outcome is not None:
                return False
            self.outcome = outcome
            return True
