"""`argot align`: what goes out, and where the captions end up."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from argot.cli import app
from argot.client import Client
from argot.commands import align as align_command
from shared.rpc.contract import Failure
from shared.rpc.transcriber import AlignmentFormat, OpenedTranscription, Transcription


def job(status: str, **changes: Any) -> Transcription:
    fields = {
        "id": "y1",
        "status": status,
        "language": "fr",
        "duration": None,
        "progress": 0.0,
        "failure": None,
        "created_at": "2026-01-01T00:00:00Z",
    }
    return Transcription.model_validate(fields | changes)


class Canned(Client):
    """An alignment that goes through the canned states."""

    def __init__(self) -> None:
        super().__init__("http://argot.example", "token")
        self.states = [job("queued"), job("running"), job("succeeded")]
        self.opened: list[tuple[str, str, int, str]] = []

    def open_alignment(
        self, language: str, name: str, size: int, transcript: str
    ) -> OpenedTranscription:
        self.opened.append((language, name, size, transcript))
        return OpenedTranscription(id="y1", upload_id="u1", part_size=10, part_count=1)

    def alignment(self, alignment_id: str) -> Transcription:
        assert alignment_id == "y1"
        return self.states.pop(0)

    def captions(self, alignment_id: str, form: AlignmentFormat) -> str:
        return f"{alignment_id} as {form}"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Canned:
    canned = Canned()

    @contextmanager
    def sender(*_: object) -> Iterator[None]:
        yield None

    monkeypatch.setattr(align_command, "open_client", lambda *_: canned)
    monkeypatch.setattr(align_command, "Sender", sender)
    monkeypatch.setattr("argot.alignments.send", lambda _sender, _path, opened: opened.id)
    monkeypatch.setattr("argot.transcriptions.POLL_SECONDS", 0)
    return canned


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    (tmp_path / "talk.wav").write_bytes(b"12345")
    (tmp_path / "talk.txt").write_bytes("Été.\r\nHiver.".encode("cp1252"))
    files = [str(tmp_path / "talk.wav"), str(tmp_path / "talk.txt")]
    return ["align", *files, "--language", "fr", "-o"]


def test_captions_are_written_in_the_form_of_their_name(
    client: Canned, arguments: list[str], tmp_path: Path
) -> None:
    result = CliRunner().invoke(app, [*arguments, str(tmp_path / "talk.SRT")])
    assert result.exit_code == 0, result.output
    assert client.opened == [("fr", "talk.wav", 5, "Été.\nHiver.")]
    assert (tmp_path / "talk.SRT").read_text() == "y1 as srt"


def test_another_form_is_refused_before_anything_is_sent(
    client: Canned, arguments: list[str], tmp_path: Path
) -> None:
    result = CliRunner().invoke(app, [*arguments, str(tmp_path / "talk.doc")])
    assert result.exit_code == 2
    assert client.opened == []
    assert not (tmp_path / "talk.doc").exists()


def test_a_transcript_without_text_is_refused(
    client: Canned, arguments: list[str], tmp_path: Path
) -> None:
    (tmp_path / "talk.txt").write_text(" \n")
    result = CliRunner().invoke(app, [*arguments, str(tmp_path / "talk.vtt")])
    assert result.exit_code == 1
    assert "argot: talk.txt: The transcript is empty." in result.output
    assert client.opened == []


def test_an_alignment_that_fails_says_why(
    client: Canned, arguments: list[str], tmp_path: Path
) -> None:
    client.states = [job("failed", failure=Failure(code="x", message="No audio."))]
    result = CliRunner().invoke(app, [*arguments, str(tmp_path / "talk.vtt")])
    assert result.exit_code == 1
    assert "argot: The alignment failed: No audio." in result.output
