"""`docs/requirements.md`: every rule names tests that hold it, and they exist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
DOCUMENT = TESTS.parent / "docs/requirements.md"

ROW = re.compile(r"^\| (?P<id>[A-Z]+\d+) \| (?P<rule>.+?) \| (?P<tests>.*) \|$")
NODE = re.compile(r"`(?P<file>[\w/]+\.py)::(?P<name>\w+)`")


def rows(text: str) -> list[re.Match[str]]:
    lines = [line for line in text.splitlines() if re.match(r"\| [A-Z]+\d", line)]
    found = [ROW.match(line) for line in lines]
    assert all(found), [line for line, match in zip(lines, found, strict=True) if not match]
    return [match for match in found if match]


def unheld(row: re.Match[str]) -> list[str]:
    """What is wrong with the tests of a row; nothing where they hold it."""
    named = [(match["file"], match["name"]) for match in NODE.finditer(row["tests"])]
    if not named or NODE.sub("", row["tests"]).strip(" ,"):
        return [f"no tests, or more than tests: {row['tests']}"]
    return [f"{file}::{name}" for file, name in named if name not in test_names(TESTS / file)]


@cache
def test_names(path: Path) -> frozenset[str]:
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


test_names.__test__ = False  # type: ignore[attr-defined]

REQUIREMENTS = rows(DOCUMENT.read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", REQUIREMENTS, ids=lambda row: row["id"])
def test_a_rule_is_held_by_tests_that_exist(row: re.Match[str]) -> None:
    assert not unheld(row)


def test_each_rule_has_an_id_of_its_own() -> None:
    ids = [row["id"] for row in REQUIREMENTS]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    "tests",
    [
        "",
        "later",
        "`unit/quota/test_quota_domain.py::test_that_is_not_there`",
        "`unit/nowhere.py::test_names`",
    ],
)
def test_a_rule_without_a_test_is_found(tests: str) -> None:
    (row,) = rows(f"| X1 | A rule | {tests} |")
    assert unheld(row)
