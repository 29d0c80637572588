"""`argot transcribe` and `argot align` with files and folders, against a server of canned jobs."""

import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from argot.batches.running import IN_FLIGHT
from argot.batches.tasks import recordings, targets
from argot.errors import ExpectedError

from .jobs_server import JobsServer, argot


def make(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"12345")
    return folder


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_one_file_is_printed_or_written_where_it_is_wanted(
    server: JobsServer, tmp_path: Path
) -> None:
    make(tmp_path, "talk.mp3")
    printed = argot(server, "transcribe", tmp_path / "talk.mp3")
    assert (printed.exit_code, printed.stdout) == (0, "talk.mp3 as txt\n")
    written = tmp_path / "new" / "result.SRT"
    result = argot(server, "transcribe", tmp_path / "talk.mp3", "-o", written)
    assert (result.exit_code, result.stdout) == (0, "")
    assert written.read_text() == "talk.mp3 as srt\n"
    assert files(tmp_path) == {"talk.mp3", "new/result.SRT"}
    assert server.deleted == ["talk.mp3"] * 2


def test_a_folder_gets_a_result_beside_each_recording(server: JobsServer, tmp_path: Path) -> None:
    make(tmp_path, "one.mp3", "day 2/two.MKV", "day 2/notes.pdf", ".hidden/three.mp3", "._one.mp3")
    result = argot(server, "transcribe", tmp_path, "--format", "srt")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "day 2" / "two.srt").read_text() == "two.MKV as srt\n"
    assert (tmp_path / "one.srt").read_text() == "one.mp3 as srt\n"
    assert len(server.jobs) == 2
    assert result.stdout == ""
    assert "2 done" in result.stderr


def test_what_fails_stops_no_other_and_is_told_at_the_end(
    server: JobsServer, tmp_path: Path
) -> None:
    make(tmp_path, "bad.mp3", "good.mp3", "lost.wav", "refused.flac")
    result = argot(server, "transcribe", tmp_path)
    assert result.exit_code == 1
    told = result.stderr.splitlines()
    assert told[-4:] == [
        "1 done, 3 failed",
        f"failed {tmp_path / 'bad.mp3'}: The transcription failed: No audio.",
        f"failed {tmp_path / 'lost.wav'}: lost.wav was not uploaded: Storage answered 400.",
        f"failed {tmp_path / 'refused.flac'}: Only audio and video",
    ]
    assert files(tmp_path) == {"bad.mp3", "good.mp3", "good.txt", "lost.wav", "refused.flac"}
    assert sorted(server.deleted) == ["bad.mp3", "good.mp3", "lost.wav"]


def test_results_that_are_there_stay_unless_they_are_forced(
    server: JobsServer, tmp_path: Path
) -> None:
    make(tmp_path, "one.mp3", "two.mp3", "one.txt")
    kept = argot(server, "transcribe", tmp_path)
    assert kept.exit_code == 0
    assert f"skipped {tmp_path / 'one.mp3'}: {tmp_path / 'one.txt'} is there" in kept.stderr
    assert (tmp_path / "one.txt").read_text() == "12345"
    assert (tmp_path / "two.txt").read_text() == "two.mp3 as txt\n"
    again = argot(server, "transcribe", tmp_path)
    assert (again.exit_code, len(server.jobs)) == (0, 1)
    assert "Nothing to do." in again.stderr
    assert argot(server, "transcribe", tmp_path, "--force").exit_code == 0
    assert (tmp_path / "one.txt").read_text() == "one.mp3 as txt\n"


def test_a_folder_for_the_results_is_built_as_the_recordings_are(
    server: JobsServer, tmp_path: Path
) -> None:
    source, out = make(tmp_path / "in", "a/one.mp3", "two.mp3"), tmp_path / "out"
    single = make(tmp_path, "three.mp3") / "three.mp3"
    result = argot(server, "transcribe", source, single, "-o", out)
    assert result.exit_code == 0, result.output
    assert files(out) == {"a/one.txt", "two.txt", "three.txt"}
    file = argot(server, "transcribe", source, "-o", single)
    assert (file.exit_code, single.read_bytes()) == (2, b"12345")


def test_names_that_clash(tmp_path: Path) -> None:
    make(tmp_path, "talk.mp3", "talk.wav", "x/talk.mp3")
    at = targets(recordings([tmp_path]), "vtt", None)
    assert {str(each.relative_to(tmp_path)) for each in at.values()} == {
        "talk.mp3.vtt",
        "talk.wav.vtt",
        "x/talk.vtt",
    }
    twice = recordings([tmp_path / "talk.mp3", tmp_path / "x" / "talk.mp3"])
    with pytest.raises(ExpectedError, match="would both be written to"):
        targets(twice, "vtt", tmp_path / "out")


def test_a_folder_without_recordings_is_refused(server: JobsServer, tmp_path: Path) -> None:
    result = argot(server, "transcribe", make(tmp_path, "notes.txt"))
    assert (result.exit_code, server.jobs) == (1, {})
    assert "has no audio and no video" in result.output


def test_some_jobs_at_once_and_one_upload(server: JobsServer, tmp_path: Path) -> None:
    make(tmp_path, *(f"{number:02}.mp3" for number in range(3 * IN_FLIGHT)))
    seen = threading.Event()

    def wait_for_company(_job: dict[str, Any]) -> None:
        """The first jobs end once as many are open as may be."""
        if server.most_open == IN_FLIGHT:
            seen.set()
        seen.wait(10)

    server.when_asked = wait_for_company
    assert argot(server, "transcribe", tmp_path).exit_code == 0
    assert (server.most_open, server.most_sending) == (IN_FLIGHT, 1)
    assert len(files(tmp_path)) == 6 * IN_FLIGHT


@pytest.mark.usefixtures("interruptible")
def test_an_interrupted_run_leaves_no_job(server: JobsServer, tmp_path: Path) -> None:
    names = [f"never {number}.mp3" for number in range(3)]
    make(tmp_path, "done.mp3", *names)
    main = threading.main_thread().ident
    assert main is not None
    once = threading.Lock()

    def interrupt(_job: dict[str, Any]) -> None:
        waiting = [each for each in server.jobs.values() if each["asked"] > 2]
        all_wait = len(waiting) == 3 and (tmp_path / "done.txt").exists()
        # Once, of several threads that serve: a second one would end the clean-up.
        if all_wait and once.acquire(blocking=False):
            signal.pthread_kill(main, signal.SIGINT)

    server.when_asked = interrupt
    result = argot(server, "transcribe", tmp_path)
    assert result.exit_code != 0
    assert sorted(server.deleted) == ["done.mp3", *names]
    assert files(tmp_path) == {"done.mp3", "done.txt", *names}


def test_texts_are_beside_the_recordings(server: JobsServer, tmp_path: Path) -> None:
    make(tmp_path, "one.mp3", "day/two.wav", "three.mp3")
    (tmp_path / "one.txt").write_text("Un.")
    (tmp_path / "day" / "two.txt").write_text("Deux.")
    result = argot(server, "align", tmp_path)
    assert result.exit_code == 1
    assert {job["name"]: job["body"]["transcript"] for job in server.jobs.values()} == {
        "one.mp3": "Un.",
        "two.wav": "Deux.",
    }
    assert (tmp_path / "day" / "two.vtt").read_text() == "two.wav as vtt\n"
    text = tmp_path / "three.txt"
    assert result.stderr.splitlines()[-1] == (
        f"failed {tmp_path / 'three.mp3'}: Its transcript {text} is not there."
    )


def test_a_recording_and_any_text(server: JobsServer, tmp_path: Path) -> None:
    make(tmp_path, "talk.mp3", "said.md")
    pair = [tmp_path / "talk.mp3", tmp_path / "said.md"]
    assert argot(server, "align", *pair, "-o", tmp_path / "talk.json").exit_code == 0
    assert argot(server, "align", *pair, "--format", "srt").exit_code == 0
    assert (tmp_path / "talk.json").read_text() == "talk.mp3 as json\n"
    assert (tmp_path / "talk.srt").read_text() == "talk.mp3 as srt\n"
    assert argot(server, "align", tmp_path / "said.md").exit_code == 1
    assert argot(server, "align", *pair, "-o", f"{tmp_path}/new.d/").exit_code == 0
    assert (tmp_path / "new.d" / "talk.vtt").read_text() == "talk.mp3 as vtt\n"
