"""`argot align`."""

from pathlib import Path
from typing import Annotated

import typer

from argot.access import Token, Url, open_client
from argot.alignments import FORMS, Aligning
from argot.batches.tasks import Task, is_recording, recordings, spare_sources, targets
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
from argot.errors import ExpectedError
from shared.rpc.transcriber import AlignmentFormat


def align(
    paths: Recordings,
    *,
    language: Language,
    form: Annotated[
        AlignmentFormat | None,
        typer.Option("--format", help="Of the captions; by default what -o ends in, or vtt."),
    ] = None,
    output: OutputOption = None,
    force: Force = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """Make captions of recordings and their transcripts.

    Either of one recording and the file of its transcript, with -o for a .vtt, .srt or .json file;
    or of any recordings and folders, each with its transcript beside it: talk.txt for talk.mp3.
    """
    pair, file = _pair(paths), file_of(output)
    if pair is not None and file is not None:
        task = Task(pair[0], file, pair[1])
        spare_sources([task])
        one_form = form_of(file, form, FORMS)
        if not force:
            spare_result(task)
        with open_client(url, token) as client:
            run_one(client, Aligning(client, language, one_form), task)
        return
    found = {path: at for path, at in recordings(paths).items() if is_recording(path)}
    if not found:
        raise ExpectedError("There is no audio and no video among the files.")
    texts = dict([pair]) if pair else {audio: audio.with_suffix(".txt") for audio in found}
    all_form = form or FORMS[0]
    tasks = [
        Task(audio, target, texts[audio])
        for audio, target in targets(found, all_form, folder_of(output)).items()
    ]
    spare_sources(tasks)
    with open_client(url, token) as client:
        work = Aligning(client, language, all_form)
        run_all(client, work, tasks if force else without_results(tasks))


def _pair(paths: list[Path]) -> tuple[Path, Path] | None:
    """A recording and the file of what is said in it, where that is what is given."""
    match [(path, path.is_dir(), is_recording(path)) for path in paths]:
        case [(audio, False, True), (text, False, False)]:
            return audio, text
    return None
