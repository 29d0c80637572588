"""`argot glossary`: tables as people have them, and what goes out."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from argot import glossary
from argot.cli import app
from argot.client import Client
from argot.commands import glossary as glossary_command
from argot.connection import ProblemError
from argot.errors import ExpectedError
from shared.rpc.transcriber import GlossaryEntry

ARGOT = {"term": "argo", "replacement": "Argot", "case_sensitive": True, "language": "fr"}
PLAIN = {"term": "étui", "replacement": "étui", "case_sensitive": False, "language": None}


class Canned(Client):
    """Keeps what is put; refuses a list with `?`, or with a term twice."""

    def __init__(self) -> None:
        super().__init__("http://argot.example", "token")
        self.entries: list[GlossaryEntry] = []

    def glossary(self) -> list[GlossaryEntry]:
        return self.entries

    def put_glossary(self, items: Sequence[Mapping[str, str | bool | None]]) -> None:
        for place, item in enumerate(items):
            if item["term"] == "?":
                fault = {"message": "A term has a letter", "field": f"items.{place}.term"}
                raise ProblemError("invalid-request", "items", [{**fault}])
            if (first := [each["term"] for each in items].index(item["term"])) < place:
                again = f"items.{first} is the same term"
                fault = {"message": again, "field": f"items.{place}.term"}
                raise ProblemError("invalid-request", "items", [{**fault}])
        self.entries = [GlossaryEntry.model_validate(each) for each in items]


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Canned:
    canned = Canned()
    monkeypatch.setattr(glossary_command, "open_client", lambda *_: canned)
    return canned


@pytest.mark.parametrize(
    "data",
    [
        "term,replacement,case_sensitive,language\nargo,Argot,true,fr\nétui,,,\n".encode(),
        "\ufeffTerm;Replacement;Case_sensitive;Language\r\nargo;Argot;YES;fr\r\nétui;;;".encode(),
        "language\tcase_sensitive\treplacement\tterm\nfr\t1\tArgot\targo\n\n\t\t\tétui".encode(
            "utf-16"
        ),
        'term,replacement,case_sensitive,language\n"argo"," Argot ",TRUE,fr\nétui'.encode("cp1252"),
    ],
)
def test_tables_as_spreadsheets_write_them(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "terms.csv"
    path.write_bytes(data)
    assert [line.entry for line in glossary.read(path)] == [ARGOT, PLAIN]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "terms.csv: The first line names columns: term,"),
        ("argo,Argot\n", "terms.csv: The first line names columns: term,"),
        ("term,note\n", "terms.csv: The first line names columns: term,"),
        ("term,term\n", "terms.csv: The first line names columns: term,"),
        ("term\na\n\na,b\n", "terms.csv, line 4: There are 2 cells"),
        ("term,case_sensitive\na,perhaps\n", "terms.csv, line 2: case_sensitive is true"),
        ('term\n"a', "terms.csv, line 2: "),
    ],
)
def test_tables_that_are_none(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "terms.csv"
    path.write_text(text)
    with pytest.raises(ExpectedError) as refused:
        glossary.read(path)
    assert str(refused.value).startswith(complaint)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("term\n\nargo\n?\n", "line 4: A term has a letter"),
        ("term\n\nargo\nargo\n", "line 4: line 3 is the same term"),
    ],
)
def test_a_refused_entry_is_named_by_its_line(
    client: Canned, tmp_path: Path, text: str, complaint: str
) -> None:
    path = tmp_path / "terms.csv"
    path.write_text(text)
    result = CliRunner().invoke(app, ["glossary", "set", str(path)])
    assert result.exit_code == 1
    assert result.output == f"argot: terms.csv, {complaint}\n"


def test_what_is_shown_can_be_set_again(client: Canned, tmp_path: Path) -> None:
    path = tmp_path / "terms.csv"
    path.write_text("term,replacement,language\nargo,Argot,fr\n")
    result = CliRunner().invoke(app, ["glossary", "set", str(path)])
    assert (result.exit_code, result.output) == (0, "Terms in the glossary now: 1.\n")
    before = client.entries
    shown = CliRunner().invoke(app, ["glossary", "show"]).output
    assert shown == "term,replacement,case_sensitive,language\nargo,Argot,false,fr\n"
    path.write_text(shown)
    CliRunner().invoke(app, ["glossary", "set", str(path)])
    assert client.entries == before


TEXTS = st.text("abé,;\t\"' ", min_size=1, max_size=8).map(str.strip).filter(bool)


@given(st.lists(st.tuples(TEXTS, TEXTS, st.booleans(), st.sampled_from(["fr", None]))))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, bool, str | None]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "written.csv"
    entries = [
        GlossaryEntry.model_construct(
            term=term, replacement=replacement, case_sensitive=cased, language=language
        )
        for term, replacement, cased, language in rows
    ]
    path.write_text("\n".join(glossary.write(entries)), encoding="utf-8")
    assert [line.entry for line in glossary.read(path)] == [each.model_dump() for each in entries]
