"""`argot align`."""

from pathlib import Path
from typing import Annotated

import typer

from argot.access import Token, Url, open_client
from argot.alignments import FORMS, Aligning
from argot.batches.tasks import Task, is_recording, recordings, targets
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
from argot.errors import ExpectedError
from shared.rpc.transcriber import AlignmentFormat
from shared.speech.filenames import extension


def align(
    paths: Recordings,
    *,
    language: Language,
    form: Annotated[AlignmentFormat, typer.Option("--format", help="Of the captions.")] = "vtt",
    output: Output = None,
    force: Force = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """Make captions of recordings and their transcripts.

    Either of one recording and the file of its transcript, with -o for a .vtt, .srt or .json file;
    or of any recordings and folders, each with its transcript beside it: talk.txt for talk.mp3.
    """
    pair = _pair(paths)
    if pair is not None and output is not None and not output.is_dir():
        form = _form_of(output)
        with open_client(url, token) as client:
            run_one(client, Aligning(client, language, form), Task(pair[0], output, pair[1]))
        return
    found = {path: at for path, at in recordings(paths).items() if is_recording(path)}
    if not found:
        raise ExpectedError("There is no audio and no video among the files.")
    texts = dict([pair]) if pair else {audio: audio.with_suffix(".txt") for audio in found}
    tasks = [
        Task(audio, target, texts[audio])
        for audio, target in targets(found, form, output_folder(output)).items()
    ]
    with open_client(url, token) as client:
        work = Aligning(client, language, form)
        run_all(client, work, tasks if force else without_results(tasks))


def _pair(paths: list[Path]) -> tuple[Path, Path] | None:
    """A recording and the file of what is said in it, where that is what is given."""
    match [(path, path.is_dir(), is_recording(path)) for path in paths]:
        case [(audio, False, True), (text, False, False)]:
            return audio, text
    return None


def _form_of(output: Path) -> AlignmentFormat:
    form = FORMS.get(extension(output.name))
    if form is None:
        message = "it must end in .vtt, .srt or .json, or be a folder"
        raise typer.BadParameter(message, param_hint="--output")
    return form
