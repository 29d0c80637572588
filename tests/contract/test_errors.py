"""One error table: it is the contract's, and every code that the source raises is in it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.errors import ERRORS, ArgotError

ROOT = Path(__file__).parents[2]

CONTRACT = {
    401: {"unauthenticated"},
    402: {"no-claims-available"},
    403: {"forbidden", "feature-not-available", "language-not-published"},
    404: {
        "not-found",
        "custom-model-not-found",
        "dataset-not-found",
        "upload-not-found",
        "training-not-found",
    },
    405: {"method-not-allowed"},
    409: {"language-exists", "not-ready-to-run", "unmatched-audio", "upload-incomplete"},
    413: {"payload-too-large"},
    415: {"unsupported-media-type"},
    422: {
        "invalid-request",
        "invalid-language",
        "unsupported-file-type",
        "file-too-large",
        "batch-too-large",
        "no_data",
        "validation_failed",
    },
    429: {"rate-limited"},
    500: {"internal-error"},
    503: {"ffmpeg_unavailable", "service-unavailable"},
}


def raised() -> Iterator[tuple[str, str]]:
    """Each code that is written out in an `ArgotError(…)`, and where."""
    for folder in ("services", "shared", "argot"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and _name(node.func) == "ArgotError":
                    for code in _codes(node.args[0]):
                        yield code, f"{path.relative_to(ROOT)}:{node.lineno}"


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _codes(argument: ast.expr) -> Iterator[str]:
    if isinstance(argument, ast.IfExp):
        yield from _codes(argument.body)
        yield from _codes(argument.orelse)
    elif isinstance(argument, ast.Constant):
        yield str(argument.value)


def test_the_table_is_the_contracts() -> None:
    assert {code: kind.status for code, kind in ERRORS.items()} == {
        code: status for status, codes in CONTRACT.items() for code in codes
    }


def test_every_code_has_a_title_of_its_own() -> None:
    assert len({kind.title for kind in ERRORS.values()}) == len(ERRORS)


def test_every_raised_code_is_in_the_table() -> None:
    found = list(raised())
    assert found
    assert [where for code, where in found if code not in ERRORS] == []


def test_an_unknown_code_cannot_be_raised() -> None:
    with pytest.raises(KeyError):
        ArgotError("no-such-code")
