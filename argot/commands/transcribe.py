"""`argot transcribe`."""

from typing import Annotated, Literal

import typer

from argot.access import Token, Url, open_client
from argot.batches.tasks import Task, recordings, targets
from argot.commands.batch import (
    Force,
    Language,
    Output,
    Recordings,
    output_folder,
    run_all,
    run_one,
    without_results,
)
from argot.transcriptions import Transcribing


def transcribe(
    paths: Recordings,
    *,
    language: Language,
    form: Annotated[
        Literal["txt", "srt", "vtt", "json"], typer.Option("--format", help="Of the transcripts.")
    ] = "txt",
    output: Output = None,
    force: Force = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """Transcribe recordings with a base or a custom model.

    The transcript of one file is printed, or written to the file of -o. Those of several files and
    of folders are written beside the recordings, or into the folder of -o.
    """
    alone = len(paths) == 1 and not paths[0].is_dir()
    with open_client(url, token) as client:
        work = Transcribing(client, language, form)
        if alone and (output is None or not output.is_dir()):
            run_one(client, work, Task(paths[0], output))
            return
        found = targets(recordings(paths), form, output_folder(output))
        tasks = [Task(audio, target) for audio, target in found.items()]
        run_all(client, work, tasks if force else without_results(tasks))
