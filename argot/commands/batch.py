"""What `argot transcribe` and `argot align` share: bars, lines, and how a run ends."""

import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn

from argot.batches.running import Batch, Ended, Work
from argot.batches.tasks import Task
from argot.client import Client
from argot.errors import ExpectedError
from argot.terminal import progress, say
from argot.uploads.outcomes import Outcome, name_of
from shared.rpc.transcriber import Transcription

Recordings = Annotated[
    list[Path],
    typer.Argument(
        exists=True, readable=True, metavar="PATH...", help="Audio and video, and folders of them."
    ),
]
Language = Annotated[str, typer.Option(help="A base language, or a custom model's key.")]
Force = Annotated[bool, typer.Option("--force", help="Replace results that are there already.")]


class JobBars:
    """One bar for all files, and one for each that is on its way or that the server works on."""

    def __init__(self, shown: Progress, count: int) -> None:
        self._shown = shown
        self._all = shown.add_task("all files", total=count, visible=count > 1)
        self._count = count
        self._tasks: dict[Path, TaskID] = {}
        self._lock = threading.Lock()

    def begins(self, path: Path, size: int, left: int) -> None:
        """A bar of bytes."""
        with self._lock:
            self._tasks[path] = self._shown.add_task(
                f"sending {name_of(path)}", total=size, completed=size - left
            )

    def sends(self, path: Path, count: int) -> None:
        """Move it."""
        with self._lock:
            self._shown.advance(self._tasks[path], count)

    def ends(self, outcome: Outcome) -> None:
        """The bar stays for the job; what went wrong is told with the end of the task."""

    def goes(self, task: Task, job: Transcription) -> None:
        """From here on the bar is the job's."""
        with self._lock:
            self._shown.update(
                self._tasks[task.audio],
                description=f"{job.status} {name_of(task.audio)}",
                total=100,
                completed=job.progress,
            )

    def finished(self, ended: Ended) -> None:
        """Take the bar away, and leave a line where there are several."""
        with self._lock:
            if (bar := self._tasks.pop(ended.task.audio, None)) is not None:
                self._shown.remove_task(bar)
            self._shown.advance(self._all)
        if self._count > 1:
            say(f"{ended.kind} {ended.task.audio}{_detail(ended)}", _style(ended))


def run_one(client: Client, work: Work, task: Task) -> None:
    """Print or write the result. Raises the `ExpectedError` of a task that fails."""
    (ended,) = _run(client, work, [task])
    if ended.error is not None:
        raise ended.error
    if task.target is None:
        print(ended.result, end="" if ended.result.endswith("\n") else "\n")


def spare_result(task: Task) -> None:
    """Raises an `ExpectedError` where the target is there; a device, say, may be written to."""
    if task.target is not None and task.target.is_file():
        raise ExpectedError(f"{task.target} is there; replace it by --force")


def without_results(tasks: Sequence[Task]) -> list[Task]:
    """Those whose target is not there yet; a line tells of each other."""
    missing = []
    for task in tasks:
        if task.target is None or not task.target.exists():
            missing.append(task)
        else:
            say(f"skipped {task.audio}: {task.target} is there; replace it by --force", "dim")
    return missing


def run_all(client: Client, work: Work, tasks: Sequence[Task]) -> None:
    """Write all results; ends with what failed, and exit code 1, where something did."""
    ends = _run(client, work, tasks)
    kinds = Counter[str](ended.kind for ended in ends)
    say(", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items())) or "Nothing to do.")
    failed = [ended for ended in ends if ended.kind == "failed"]
    for ended in failed:
        say(f"failed {ended.task.audio}{_detail(ended)}", "red")
    if failed:
        raise typer.Exit(1)


def _run(client: Client, work: Work, tasks: Sequence[Task]) -> list[Ended]:
    bars = progress(TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with bars:
        return Batch(client, work, JobBars(bars, len(tasks))).run(tasks)


def _detail(ended: Ended) -> str:
    return f": {ended.error}" if ended.error is not None else f" -> {ended.task.target}"


def _style(ended: Ended) -> str:
    return "red" if ended.kind == "failed" else "dim"
