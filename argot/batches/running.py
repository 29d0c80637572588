"""Runs tasks: one upload at a time, several jobs on the server, and nothing left there."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from argot.batches.tasks import Task
from argot.client import Client
from argot.errors import ExpectedError
from argot.patience import through_outages
from argot.transcriptions import follow, send
from argot.uploads.outcomes import Watcher
from argot.uploads.parts import StoppedError
from argot.uploads.sending import Sender
from shared.rpc.transcriber import JobKind, OpenedTranscription, Transcription

IN_FLIGHT = 8
"""Jobs on the server at once, the one whose audio is being sent included."""


@dataclass(frozen=True)
class Ended:
    """The end of one task, with its error where it failed; `result` where it is to be printed."""

    task: Task
    kind: Literal["done", "failed"]
    error: ExpectedError | None = None
    result: str = ""


class Work(Protocol):
    """What is done with each recording."""

    @property
    def kind(self) -> JobKind:
        """Of its jobs."""

    def open(self, task: Task) -> OpenedTranscription:
        """A job that waits for the recording."""

    def fetch(self, job_id: str) -> str:
        """The result of a job that succeeded."""


class JobWatcher(Watcher, Protocol):
    """Hears of uploads and jobs, from several threads."""

    def goes(self, task: Task, job: Transcription) -> None:
        """So far is the job now."""

    def finished(self, ended: Ended) -> None:
        """Nothing more will happen to the task."""


class Batch:
    """Tasks that share a server; their jobs are deleted there, also where it is interrupted."""

    def __init__(self, client: Client, work: Work, watcher: JobWatcher) -> None:
        self._client = client
        self._work = work
        self._watcher = watcher
        self._sender = Sender(client, watcher)
        self._sending = threading.Lock()
        self._stopping = threading.Event()

    def run(self, tasks: Sequence[Task]) -> list[Ended]:
        """The ends of all, in order; a task that fails does not disturb the others."""
        pool = ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="jobs")
        with self._sender:
            try:
                return list(pool.map(self._end, tasks))
            except BaseException:
                self._stopping.set()
                self._sender.stop()
                raise
            finally:
                pool.shutdown(cancel_futures=True)

    def _end(self, task: Task) -> Ended:
        try:
            with _draft_of(task) as draft, self._job_of(task) as job:
                result = through_outages(lambda: self._work.fetch(job), sleep=self._pause)
                if draft is not None:
                    draft.write_text(result, encoding="utf-8")
                    result = ""
            ended = Ended(task, "done", result=result)
        except StoppedError:
            raise
        except ExpectedError as error:
            ended = Ended(task, "failed", error)
        except OSError as error:
            reason = ExpectedError(f"{error.filename}: {error.strerror}.")
            ended = Ended(task, "failed", reason)
        self._watcher.finished(ended)
        return ended

    @contextmanager
    def _job_of(self, task: Task) -> Iterator[str]:
        """A job that has succeeded with the task; it is deleted at the end, whatever that is."""
        with ExitStack() as ending:
            with self._sending:
                self._pause(0)  # nothing new once it stops
                opened = self._work.open(task)
                ending.callback(self._delete, opened.id)
                send(self._sender, task.audio, opened)
            for job in follow(self._client, opened.id, self._work.kind, self._pause):
                self._watcher.goes(task, job)
            yield opened.id

    def _pause(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise StoppedError("Stopped.")

    def _delete(self, job_id: str) -> None:
        with suppress(ExpectedError):
            self._client.delete_job(self._work.kind, job_id)


@contextmanager
def _draft_of(task: Task) -> Iterator[Path | None]:
    """A file that becomes the target when all went well; that it can be written shows at once.

    A target that is no plain file, such as a device, stays what it is.
    """
    if task.target is None or (task.target.exists() and not task.target.is_file()):
        yield task.target
        return
    task.target.parent.mkdir(parents=True, exist_ok=True)
    draft = task.target.with_name(f".{task.target.name}.part")
    draft.touch()
    try:
        yield draft
        draft.replace(task.target)
    finally:
        draft.unlink(missing_ok=True)
