"""`argot upload`."""

import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TransferSpeedColumn,
)

from argot.access import Token, Url, open_client
from argot.client import Client
from argot.models import find_model
from argot.terminal import notes, progress, say
from argot.uploads.memory import Memory, user_folder
from argot.uploads.outcomes import Outcome, name_of
from argot.uploads.processing import processed
from argot.uploads.sending import Sender


class Bars:
    """One bar for all bytes, and one for each file that is on its way."""

    def __init__(self, shown: Progress) -> None:
        self._shown = shown
        self._all = shown.add_task("all files", total=0)
        self._tasks: dict[Path, TaskID] = {}
        self._totals: dict[Path, tuple[int, int]] = {}
        self._total = 0
        self._lock = threading.Lock()

    def begins(self, path: Path, size: int, left: int) -> None:
        """Count the file in; its bar comes with its first byte."""
        with self._lock:
            self._totals[path] = (size, size - left)
            self._total += left
            self._shown.update(self._all, total=self._total)

    def sends(self, path: Path, count: int) -> None:
        """Move both bars."""
        with self._lock:
            if path not in self._tasks:
                size, before = self._totals[path]
                self._tasks[path] = self._shown.add_task(
                    name_of(path), total=size, completed=before
                )
            self._shown.advance(self._tasks[path], count)
            self._shown.advance(self._all, count)

    def ends(self, outcome: Outcome) -> None:
        """Take the bar away, and leave a line."""
        with self._lock:
            if (task := self._tasks.pop(outcome.path, None)) is not None:
                self._shown.remove_task(task)
        detail = f": {outcome.detail}" if outcome.detail else ""
        style = "red" if outcome.kind in {"rejected", "failed"} else "dim"
        say(f"{outcome.kind} {name_of(outcome.path)}{detail}", style)


def upload_progress() -> Progress:
    """Bars with bytes and speed."""
    return progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn()
    )


def upload(
    model: Annotated[str, typer.Argument(help="Id, key or name of the model.")],
    files: Annotated[
        list[Path],
        typer.Argument(
            exists=True, dir_okay=False, readable=True, help="Audio, video, transcripts."
        ),
    ],
    *,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until the server has looked at the files.")
    ] = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """Upload audio and transcripts to a custom model; run it again to go on after a break."""
    with open_client(url, token) as client:
        found = find_model(client, model)
        memory = Memory(user_folder(), client.url, found.id)
        with upload_progress() as shown, Sender(client, Bars(shown)) as sender:
            outcomes = sender.upload(found.id, files, memory)
        kinds: Counter[str] = Counter(outcome.kind for outcome in outcomes)
        if wait and (unusable := _wait(client, found.id, outcomes)):
            kinds["unusable"] = unusable
    say(", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items())) + ".")
    if kinds.keys() & {"failed", "rejected", "unusable"}:
        raise typer.Exit(1)


def _wait(client: Client, model_id: str, outcomes: Sequence[Outcome]) -> int:
    """Say what the server found; returns the number of files that it cannot use."""
    rows = {outcome.id for outcome in outcomes if outcome.id is not None}
    unusable = 0
    with notes.status(f"{len(rows)} files are being processed"):
        for row in processed(client, model_id, rows):
            if row.status == "failed":
                unusable += 1
                reason = row.failure.message if row.failure else "no reason was given"
                say(f"unusable {row.name}: {reason}", "red")
    return unusable
