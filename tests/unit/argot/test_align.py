"""`argot align` with one recording: what goes out, and where the captions end up."""

from pathlib import Path

import pytest

from .jobs_server import JobsServer, argot


@pytest.fixture
def pair(tmp_path: Path) -> list[Path]:
    (tmp_path / "talk.wav").write_bytes(b"12345")
    (tmp_path / "talk.txt").write_bytes("Été.\r\nHiver.".encode("cp1252"))
    return [tmp_path / "talk.wav", tmp_path / "talk.txt"]


def test_captions_are_written_in_the_form_of_their_name(
    server: JobsServer, pair: list[Path], tmp_path: Path
) -> None:
    result = argot(server, "align", *pair, "-o", tmp_path / "talk.SRT")
    assert result.exit_code == 0, result.output
    assert [job["body"] for job in server.jobs.values()] == [
        {
            "language": "fr",
            "audio": {"name": "talk.wav", "size": 5},
            "transcript": "Été.\nHiver.",
        }
    ]
    assert (tmp_path / "talk.SRT").read_text() == "talk.wav as srt\n"


def test_another_form_is_refused_before_anything_is_sent(
    server: JobsServer, pair: list[Path], tmp_path: Path
) -> None:
    result = argot(server, "align", *pair, "-o", tmp_path / "talk.doc")
    assert result.exit_code == 2
    assert server.jobs == {}
    assert not (tmp_path / "talk.doc").exists()


def test_a_transcript_without_text_is_refused(
    server: JobsServer, pair: list[Path], tmp_path: Path
) -> None:
    pair[1].write_text(" \n")
    result = argot(server, "align", *pair, "-o", tmp_path / "talk.vtt")
    assert result.exit_code == 1
    assert "argot: talk.txt: The transcript is empty." in result.output
    assert server.jobs == {}
    assert not (tmp_path / "talk.vtt").exists()


def test_an_alignment_that_fails_says_why(
    server: JobsServer, pair: list[Path], tmp_path: Path
) -> None:
    bad = pair[0].rename(tmp_path / "bad.wav")
    result = argot(server, "align", bad, pair[1], "-o", tmp_path / "talk.vtt")
    assert result.exit_code == 1
    assert "argot: The alignment failed: No audio." in result.output
    assert not (tmp_path / "talk.vtt").exists()
