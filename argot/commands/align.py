"""`argot align`."""

from pathlib import Path
from typing import Annotated

import typer

from argot.access import Token, Url, open_client
from argot.alignments import FORMS, read_transcript, submit
from argot.commands.transcribe import show_progress
from argot.commands.upload import Bars, upload_progress
from argot.transcriptions import follow
from argot.uploads.sending import Sender
from shared.speech.filenames import extension


def align(
    audio: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="Audio or video.")
    ],
    transcript: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, readable=True, help="What is said, plain text."
        ),
    ],
    *,
    language: Annotated[str, typer.Option(help="A base language, or a custom model's key.")],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", dir_okay=False, writable=True, help="A .vtt, .srt or .json file."
        ),
    ],
    url: Url = None,
    token: Token = None,
) -> None:
    """Make captions of a recording and its transcript."""
    form = FORMS.get(extension(output.name))
    if form is None:
        raise typer.BadParameter("it must end in .vtt, .srt or .json", param_hint="--output")
    text = read_transcript(transcript)
    output.touch()  # rather fail now than after the work
    with open_client(url, token) as client:
        with upload_progress() as shown, Sender(client, Bars(shown)) as sender:
            alignment_id = submit(client, sender, audio, text, language)
        show_progress(follow(client, alignment_id, "alignment"))
        captions = client.captions(alignment_id, form)
    output.write_text(captions, encoding="utf-8")
