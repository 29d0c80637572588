"""`argot glossary show|set`."""

from pathlib import Path
from typing import Annotated

import typer

from argot import glossary
from argot.access import Token, Url, open_client
from argot.connection import ProblemError
from argot.terminal import say

app = typer.Typer(no_args_is_help=True, help="Terms that are replaced in transcripts.")


@app.command()
def show(url: Url = None, token: Token = None) -> None:
    """Print the terms as CSV, as `set` takes them."""
    with open_client(url, token) as client:
        entries = client.glossary()
    for line in glossary.write(entries):
        print(line)


@app.command("set")
def set_entries(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            readable=True,
            help=f"CSV; its first line names columns of: {', '.join(glossary.COLUMNS)}.",
        ),
    ],
    url: Url = None,
    token: Token = None,
) -> None:
    """Replace all terms by those of a file."""
    lines = glossary.read(file)
    with open_client(url, token) as client:
        try:
            client.put_glossary([line.entry for line in lines])
        except ProblemError as problem:
            raise glossary.in_file(problem, file, lines) from problem
    say(f"Terms in the glossary now: {len(lines)}.")
