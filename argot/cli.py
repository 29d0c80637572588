"""`argot`: the command line."""

from typing import Any

import typer
from typer.core import TyperGroup

from argot.commands import dead, glossary
from argot.commands.align import align
from argot.commands.events import events
from argot.commands.languages import languages
from argot.commands.models import create, models
from argot.commands.token import token
from argot.commands.train import train
from argot.commands.transcribe import transcribe
from argot.commands.upload import upload
from argot.connection import ProblemError
from argot.errors import ExpectedError
from argot.terminal import say


class Commands(TyperGroup):
    """Ends an expected failure with one sentence and exit code 1."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except ExpectedError as error:
            say(f"argot: {error}", "red")
            if isinstance(error, ProblemError):
                for message in dict.fromkeys(each.get("message") for each in error.errors):
                    if message and message not in error.detail:
                        say(f"  {message}")
        except OSError as error:
            if error.filename is None:
                raise
            say(f"argot: {error.filename}: {error.strerror}.", "red")
        raise typer.Exit(1)


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Train speech-recognition models on your own audio, and transcribe with them.",
)
for command in (token, languages, models, create, upload, train, transcribe, align, events):
    app.command()(command)
app.add_typer(glossary.app, name="glossary")
app.add_typer(dead.app, name="dead")
