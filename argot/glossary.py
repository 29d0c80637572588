"""A glossary as a table of text, as spreadsheets write it."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from argot.connection import ProblemError
from argot.errors import ExpectedError
from shared.rpc.transcriber import GlossaryEntry
from shared.speech.source import decode

COLUMNS = ("term", "replacement", "case_sensitive", "language")
DELIMITERS = ",;\t"
TRUTH = {"": False, "false": False, "no": False, "0": False}
TRUTH |= {"true": True, "yes": True, "1": True}

_PLACE = re.compile(r"\bitems\.(\d+)(?:\.\w+)?")


class Line(NamedTuple):
    """An entry as the API takes it, and the line of the file on which it ends."""

    number: int
    entry: dict[str, str | bool | None]


def read(path: Path) -> list[Line]:
    """The entries of a table in any of the usual encodings, with `,`, `;` or tabs between cells.

    Its head names the columns; all but `term` may be missing or empty, and a term without a
    replacement is to be written as it is. Raises an `ExpectedError` that names the line.
    """
    text = decode(path.read_bytes())
    delimiter = max(DELIMITERS, key=text.partition("\n")[0].count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        head = [cell.strip().lower() for cell in next(rows, [])]
        if "term" not in head or len(set(head)) < len(head) or not set(head) <= {*COLUMNS}:
            raise ExpectedError(f"{path.name}: The first line names columns: {','.join(COLUMNS)}")
        return [Line(rows.line_num, _entry(head, row)) for row in rows if any(map(str.strip, row))]
    except (csv.Error, ValueError) as error:
        raise ExpectedError(f"{path.name}, line {rows.line_num}: {error}") from error


def write(entries: Iterable[GlossaryEntry]) -> Iterator[str]:
    """The lines of a table that `read` reads."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in entries:
        cased = str(each.case_sensitive).lower()
        writer.writerow([each.term, each.replacement, cased, each.language or ""])
    yield from buffer.getvalue().splitlines()


def in_file(problem: ProblemError, path: Path, lines: Sequence[Line]) -> ExpectedError:
    """The refusal in terms of the file, where it is about an entry."""
    for fault in problem.errors:
        if _PLACE.match(fault.get("field") or ""):
            told = f"{fault['field']}: {fault.get('message')}"
            named = _PLACE.sub(lambda place: f"line {lines[int(place[1])].number}", told)
            return ExpectedError(f"{path.name}, {named}")
    return problem


def _entry(head: Sequence[str], row: Sequence[str]) -> dict[str, str | bool | None]:
    """Raises `ValueError`."""
    if len(row) > len(head):
        raise ValueError(f"There are {len(row)} cells, and the first line names {len(head)}")
    cells = dict.fromkeys(COLUMNS, "") | dict(zip(head, map(str.strip, row), strict=False))
    if (cased := TRUTH.get(cells["case_sensitive"].lower())) is None:
        raise ValueError("case_sensitive is true or false")
    return {
        "term": cells["term"],
        "replacement": cells["replacement"] or cells["term"],
        "case_sensitive": cased,
        "language": cells["language"] or None,
    }
