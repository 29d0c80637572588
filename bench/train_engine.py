"""The engine as the worker runs it: a child process, watched."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from services.trainer.engine.recording import Recording

TOLD = 10
"""Percent of the whole after which the time to go must be right."""


@dataclass(frozen=True)
class Finished:
    """A training's report, its memory's high-water mark in MB, and how far off its forecast was.

    `eta_error` is the largest error of the time to go, over the time of the whole.
    """

    run: dict[str, Any]
    evaluation: dict[str, Any]
    peak_mb: float
    eta_error: float


def train(
    base_dir: Path,
    language: str,
    recordings: Sequence[Recording],
    folder: Path,
    **settings: object,
) -> Finished:
    """Train in `folder`, which is made; the model is left in `folder/model`."""
    folder.mkdir()
    job = {
        "base_model": str(base_dir),
        "language": language,
        "recordings": [asdict(each) | {"pcm": str(each.pcm)} for each in recordings],
        "settings": settings,
    }
    (folder / "job.json").write_text(json.dumps(job))
    command = [sys.executable, "-m", "services.trainer.engine", str(folder)]
    told: list[tuple[float, float]] = []
    begun, peak = time.monotonic(), 0.0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:  # one a second
            peak = max(peak, _high_water_mb(process.pid))
            progress = json.loads(line)
            if progress["percent"] >= TOLD and progress["eta_seconds"] is not None:
                told.append((time.monotonic(), progress["eta_seconds"]))
    end = time.monotonic()
    assert process.returncode == 0, process.returncode
    result = json.loads((folder / "result.json").read_text())
    error = max(abs(at + eta - end) for at, eta in told) / (end - begun)
    return Finished(result["run"], result["evaluation"], peak, error)


def _high_water_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    found = [line.split()[1] for line in lines if line.startswith("VmHWM")]
    return int(found[0]) / 1024 if found else 0.0  # it is ending
