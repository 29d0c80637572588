"""`argot transcribe`."""

from typing import Annotated

import typer

from argot.access import Token, Url, open_client
from argot.batches.tasks import Task, recordings, spare_sources, targets
from argot.commands.batch import (
    Force,
    Language,
    Recordings,
    run_all,
    run_one,
    spare_result,
    without_results,
)
from argot.commands.output import OutputOption, file_of, folder_of, form_of
from argot.transcriptions import FORMS, Transcribing
from shared.rpc.transcriber import ResultFormat


def transcribe(
    paths: Recordings,
    *,
    language: Language,
    form: Annotated[
        ResultFormat | None,
        typer.Option("--format", help="Of the transcripts; by default what -o ends in, or txt."),
    ] = None,
    output: OutputOption = None,
    force: Force = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """Transcribe recordings with a base or a custom model.

    The transcript of one file is printed, or written to the file of -o. Those of several files and
    of folders are written beside the recordings, or into the folder of -o.
    """
    alone = len(paths) == 1 and not paths[0].is_dir()
    file, all_form = file_of(output), form or FORMS[0]
    if alone and (file is not None or output is None):
        task = Task(paths[0], file)
        spare_sources([task])
        one_form = form_of(file, form, FORMS) if file else all_form
        if not force:
            spare_result(task)
        with open_client(url, token) as client:
            run_one(client, Transcribing(client, language, one_form), task)
        return
    found = targets(recordings(paths), all_form, folder_of(output))
    tasks = [Task(audio, target) for audio, target in found.items()]
    spare_sources(tasks)
    with open_client(url, token) as client:
        work = Transcribing(client, language, all_form)
        run_all(client, work, tasks if force else without_results(tasks))
