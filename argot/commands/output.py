"""What `-o` of `argot transcribe` and `argot align` names, and the form that it asks for."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self, TypeVar

import typer

from shared.speech.filenames import extension

FormT = TypeVar("FormT", bound=str)


@dataclass(frozen=True)
class Output:
    """The file of one result, or a folder of results, which may be one that is not there yet."""

    path: Path
    is_folder: bool

    @classmethod
    def parse(cls, text: str) -> Self:
        """A folder where one is there, or where the text can mean nothing else: `new/`."""
        path = Path(text)
        if path.exists() and not os.access(path, os.W_OK):
            raise typer.BadParameter(f"{text} is not writable")
        return cls(path, path.is_dir() or text.endswith(("/", "/.", "/..")))


OutputOption = Annotated[
    Output | None,
    typer.Option(
        "--output",
        "-o",
        parser=Output.parse,
        metavar="PATH",
        help="A folder (new ones end in /), or the file of one result.",
    ),
]


def file_of(output: Output | None) -> Path | None:
    """The file for the only result; None where there is none, or a folder."""
    return None if output is None or output.is_folder else output.path


def folder_of(output: Output | None) -> Path | None:
    """Where the results of several go; None: beside each."""
    if output is None:
        return None
    if output.path.exists() and not output.path.is_dir():
        raise typer.BadParameter("it must be a folder for several", param_hint="--output")
    return output.path


def form_of(file: Path, given: FormT | None, forms: tuple[FormT, ...]) -> FormT:
    """The form that the file's name ends in; the given one where it ends in none of them."""
    named = next((form for form in forms if form == extension(file.name)), None)
    if named and given and named != given:
        message = f"{file.name} ends in .{named}, which is not {given}"
        raise typer.BadParameter(message, param_hint="--format")
    form = named or given
    if form is None:
        *others, last = (f".{form}" for form in forms)
        message = f"it must end in {', '.join(others)} or {last}, or be a folder"
        raise typer.BadParameter(message, param_hint="--output")
    return form
