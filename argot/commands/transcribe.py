"""`argot transcribe`."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.progress import BarColumn, TaskProgressColumn, TextColumn

from argot.access import Token, Url, open_client
from argot.commands.upload import Bars, upload_progress
from argot.terminal import progress
from argot.transcriptions import follow, submit
from argot.uploads.sending import Sender
from shared.rpc.transcriber import Transcription


def transcribe(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="Audio or video.")
    ],
    *,
    language: Annotated[str, typer.Option(help="A base language, or a custom model's key.")],
    form: Annotated[
        Literal["txt", "srt", "vtt", "json"], typer.Option("--format", help="Of the transcript.")
    ] = "txt",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", dir_okay=False, writable=True, help="Write there, do not print."
        ),
    ] = None,
    url: Url = None,
    token: Token = None,
) -> None:
    """Transcribe a recording with a base or a custom model."""
    if output is not None:
        output.touch()  # rather fail now than after the work
    with open_client(url, token) as client:
        with upload_progress() as shown, Sender(client, Bars(shown)) as sender:
            transcription_id = submit(client, sender, file, language)
        show_progress(follow(client, transcription_id))
        transcript = client.result(transcription_id, form)
    if output is None:
        print(transcript, end="" if transcript.endswith("\n") else "\n")
    else:
        output.write_text(transcript, encoding="utf-8")


def show_progress(states: Iterable[Transcription]) -> None:
    """A bar that follows a job to its end."""
    bar = progress(TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with bar:
        task = bar.add_task("queued", total=100)
        for state in states:
            bar.update(task, description=state.status, completed=state.progress)
