import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from services.trainer.engine import Job, Recording

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def start(
    job: Callable[..., Job], tmp_path: Path
) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts the engine as a child process on a job in `tmp_path`."""
    running: list[subprocess.Popen[str]] = []

    def begin(
        recordings: list[dict[str, Any]] | None = None, **settings: Any
    ) -> subprocess.Popen[str]:
        document = asdict(job(tmp_path, **settings))
        document.pop("work_dir")
        if recordings is not None:
            document["recordings"] = recordings
        (tmp_path / "job.json").write_text(json.dumps(document, default=str))
        command = [sys.executable, "-m", "services.trainer.engine", str(tmp_path)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        running.append(child)
        return child

    yield begin
    for child in running:
        child.kill()
        child.wait()


def test_a_fault_of_the_data_ends_with_42(
    start: Callable[..., subprocess.Popen[str]], recordings: tuple[Recording, ...]
) -> None:
    child = start([{"name": "a.wav", "pcm": str(recordings[0].pcm), "segments": []}])
    lines = child.communicate(timeout=600)[0].splitlines()
    assert child.returncode == 42
    fault = json.loads(lines[-1])["fault"]
    assert (fault["code"], fault["fault"]) == ("no-usable-data", "data")
    assert [each["reason"] for each in fault["data"]["dropped"]] == ["no-cue"]


def test_a_fault_is_told_though_the_disk_of_the_log_is_full(tmp_path: Path) -> None:
    document = {"base_model": "none", "language": "en", "recordings": []}
    (tmp_path / "job.json").write_text(json.dumps(document))
    command = [sys.executable, "-m", "services.trainer.engine", str(tmp_path)]
    with Path("/dev/full").open("wb") as full:
        child = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=full, text=True, check=False, timeout=600
        )
    assert child.returncode
    fault = json.loads(child.stdout.splitlines()[-1])["fault"]
    assert (fault["code"], fault["fault"]) == ("base-model-unreadable", "platform")


def test_sigterm_leaves_a_checkpoint(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    child = start(max_steps=1000, epochs=1000)
    assert child.stdout is not None
    for line in child.stdout:
        progress = json.loads(line)
        if progress["phase"] == "training" and progress["loss"]:
            child.send_signal(signal.SIGTERM)
            break
    child.communicate(timeout=600)
    assert child.returncode == 143
    summary = json.loads((tmp_path / "checkpoint.json").read_text())
    assert summary["step"] >= 1
    assert not (tmp_path / "result.json").exists()
