"""What the person sees: results on stdout, progress and errors on stderr."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.progress import Progress, ProgressColumn
from rich.table import Table
from rich.text import Text

out = Console(highlight=False, soft_wrap=True)
notes = Console(stderr=True, highlight=False, soft_wrap=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> None:
    """A table at a terminal; else one line a row, its cells apart by tabs, without a head.

    The first column names the row and is never cut.
    """
    if out.is_terminal:
        grid = Table(box=None, header_style="bold")
        for column in columns:
            grid.add_column(column, no_wrap=column == columns[0])
        for row in rows:
            grid.add_row(*row)
        out.print(grid, soft_wrap=False)
        return
    for row in rows:
        print("\t".join(str(cell) for cell in row))


def say(text: str, style: str = "") -> None:
    """One line on stderr, as it is."""
    notes.print(text, style=style, markup=False)


def progress(*columns: ProgressColumn | str) -> Progress:
    """Bars on stderr; nothing where stderr is no terminal."""
    return Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal)


def percent(fraction: float) -> str:
    """A fraction as a person reads it."""
    return f"{100 * fraction:.1f}%"
