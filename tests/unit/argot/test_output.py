"""What `-o` names: what is never written over, folders to come, and forms by extension."""

import os
from pathlib import Path

import pytest

from .jobs_server import JobsServer, argot


@pytest.fixture
def talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recording, its text, and other ways to either."""
    (tmp_path / "talk.wav").write_bytes(b"12345")
    (tmp_path / "talk.txt").write_text("Un.")
    (tmp_path / "link.txt").symlink_to("talk.wav")
    (tmp_path / "hard.txt").hardlink_to(tmp_path / "talk.wav")
    (tmp_path / "said.vtt").symlink_to("talk.txt")
    (tmp_path / "folder").symlink_to(".")
    monkeypatch.chdir(tmp_path)
    return Path("talk.wav")


@pytest.mark.parametrize(
    "target", ["talk.wav", "./talk.wav", "folder/talk.wav", "link.txt", "hard.txt"]
)
def test_a_recording_is_never_written_over(server: JobsServer, talk: Path, target: str) -> None:
    result = argot(server, "transcribe", talk, "-o", target, "--force")
    assert (result.exit_code, server.jobs) == (1, {})
    assert f"argot: The result of talk.wav would be written over {talk};" in result.output
    assert talk.read_bytes() == b"12345"
    assert Path("link.txt").is_symlink()


@pytest.mark.parametrize("target", ["talk.wav", "link.txt", "talk.txt", "said.vtt"])
def test_neither_is_the_text_of_an_alignment(server: JobsServer, talk: Path, target: str) -> None:
    result = argot(server, "align", talk, "talk.txt", "-o", target, "--force")
    assert (result.exit_code, server.jobs) == (1, {})
    assert "argot: The result of talk.wav would be written over talk." in result.output
    assert (talk.read_bytes(), Path("talk.txt").read_text()) == (b"12345", "Un.")


def test_nor_is_a_source_where_there_are_several(server: JobsServer, talk: Path) -> None:
    Path("other.wav").write_bytes(b"12345")
    Path("other.txt").hardlink_to(talk)
    several = argot(server, "transcribe", talk, "other.wav", "--force")
    assert "The result of other.wav would be written over talk.wav;" in several.output
    beside = argot(server, "align", talk, Path("talk.txt").rename("talk.vtt"), "--force")
    assert "The result of talk.wav would be written over talk.vtt;" in beside.output
    assert (several.exit_code, beside.exit_code, server.jobs) == (1, 1, {})


@pytest.mark.parametrize("command", ["transcribe", "align"])
def test_a_file_that_is_there_is_replaced_by_force_only(
    server: JobsServer, talk: Path, command: str
) -> None:
    there = Path("there.srt")
    there.write_text("mine")
    sources = ["talk.wav"] if command == "transcribe" else ["talk.wav", "talk.txt"]
    refused = argot(server, command, *sources, "-o", there)
    assert (refused.exit_code, server.jobs) == (1, {})
    assert refused.output == "argot: there.srt is there; replace it by --force\n"
    assert there.read_text() == "mine"
    assert argot(server, command, *sources, "-o", there, "--force").exit_code == 0
    assert there.read_text() == "talk.wav as srt\n"


def test_a_device_stays_what_it_is(server: JobsServer, talk: Path) -> None:
    os.mkfifo("pipe")
    reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    assert argot(server, "transcribe", talk, "-o", "pipe", "--format", "vtt").exit_code == 0
    assert os.read(reader, 100) == b"talk.wav as vtt\n"
    os.close(reader)


@pytest.mark.parametrize(
    ("output", "form", "complaint"),
    [
        ("new.srt", "vtt", "new.srt ends in .srt, which is not vtt"),
        ("new.doc", None, "it must end in .txt, .srt, .vtt or .json, or be a folder"),
    ],
)
def test_a_form_that_is_not_that_of_the_name_is_refused(
    server: JobsServer, talk: Path, output: str, form: str | None, complaint: str
) -> None:
    chosen = ["--format", form] if form else []
    result = argot(server, "transcribe", talk, "-o", output, *chosen)
    assert (result.exit_code, server.jobs) == (2, {})
    assert complaint in " ".join(result.output.replace("│", " ").split())
    assert not Path(output).exists()


def test_a_name_in_a_form_of_its_own_is_written_in_the_form_asked_for(
    server: JobsServer, talk: Path
) -> None:
    assert argot(server, "transcribe", talk, "-o", "new.doc", "--format", "txt").exit_code == 0
    assert Path("new.doc").read_text() == "talk.wav as txt\n"


@pytest.mark.parametrize("written", ["new/", "new.srt/", "new/."])
def test_what_ends_in_a_slash_is_a_folder(server: JobsServer, talk: Path, written: str) -> None:
    for _ in range(2):
        result = argot(server, "transcribe", talk, "-o", written, "--format", "json")
        assert result.exit_code == 0, result.output
    assert (Path(written) / "talk.json").read_text() == "talk.wav as json\n"
    assert len(server.jobs) == 1
    file = argot(server, "transcribe", talk, "-o", "talk.txt/")
    assert (file.exit_code, Path("talk.txt").read_text()) == (2, "Un.")


def test_what_cannot_be_written_is_refused(
    server: JobsServer, talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    result = argot(server, "transcribe", talk, "-o", "talk.txt", "--force")
    assert (result.exit_code, server.jobs) == (2, {})
    assert "talk.txt is not writable" in result.output
