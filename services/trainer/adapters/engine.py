"""The engine: a child process that trains on the files of one folder."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple, Self

import structlog
from pydantic import ValidationError

from services.trainer.adapters.faults import crashed, killed
from services.trainer.domain import Material, TrainingFault
from shared.events.data import DataUse, Evaluation
from shared.rpc.trainer import Progress

MODEL = "model"
RESULT = "result.json"

_ERRORS = "engine.log"
_TAIL_BYTES = 4096
_OUT_OF_MEMORY_ADJUST = "500"
# The kernel ends it with the thread that started it.
_PREFIX = (
    *("prlimit", "--core=0", "--nofile=1024", "--"),
    *("setpriv", "--no-new-privs", "--pdeathsig", "TERM", "--"),
)

log = structlog.get_logger(__name__)


class Result(NamedTuple):
    """What a finished engine found out."""

    evaluation: Evaluation
    data: DataUse


def write_job(
    job_dir: Path,
    base_model: Path,
    language: str,
    material: Material,
    settings: Mapping[str, Any],
) -> None:
    """Describe the training whose PCM files lie in `job_dir`."""
    recordings = [
        {"name": each.name, "pcm": each.pcm, "segments": [asdict(cue) for cue in each.cues]}
        for each in material.recordings
    ]
    job = {
        "base_model": str(base_model),
        "language": language,
        "recordings": recordings,
        "settings": dict(settings),
    }
    (job_dir / "job.json").write_text(json.dumps(job), "utf-8")


def read_result(job_dir: Path) -> Result:
    """The figures of an engine that succeeded."""
    result = json.loads((job_dir / RESULT).read_text("utf-8"))
    return Result(
        Evaluation.model_validate(result["evaluation"]), DataUse.model_validate(result["data"])
    )


class Engine:
    """The process, in a group of its own, which ends on leaving the context.

    Processes that `torchrun` started for it leave the group, and end with it at their next step.

    Enter it in a thread that lives on meanwhile. It has no secret in its environment.
    """

    def __init__(self, command: Sequence[str], job_dir: Path) -> None:
        self._command = [*_PREFIX, *command, str(job_dir)]
        self._job_dir = job_dir
        self._fault: dict[str, Any] = {}
        self._heard = time.monotonic()
        self.told: Progress | None = None

    def __enter__(self) -> Self:
        with (self._job_dir / _ERRORS).open("wb") as errors:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._job_dir,
                env=_environment(self._job_dir),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
            )
        # When memory runs out the kernel is to choose it, and not the worker, which then knows.
        with suppress(OSError):
            adjust = Path(f"/proc/{self._process.pid}/oom_score_adj")
            adjust.write_text(_OUT_OF_MEMORY_ADJUST)
        self._reader = threading.Thread(target=self._read, name="engine", daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    @property
    def silent_seconds(self) -> float:
        """Since its last report."""
        return time.monotonic() - self._heard

    def ended(self, seconds: float) -> bool:
        """Wait so long for its end."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        self._reader.join()
        return True

    def interrupt(self, seconds: float) -> None:
        """Ask it to leave a checkpoint and end, and wait so long for that."""
        self._process.send_signal(signal.SIGTERM)
        self.ended(seconds)

    def check(self, material: Material) -> None:
        """Raise the `TrainingFault` of a process that ended without a model of the material."""
        status = self._process.returncode
        if status == 0:
            return
        fault = self._fault
        code, message = fault.get("code", "internal"), fault.get("message", "")
        log.error("engine_failed", status=status, code=code, detail=message, tail=self._tail())
        if fault.get("fault") == "data":
            used = DataUse.model_validate(fault["data"]) if "data" in fault else None
            data = material.merged(used) if used else None
            raise TrainingFault(code, message, "data", final=True, data=data)
        if not self._fault:
            raise killed()
        if code == "internal":
            raise crashed()
        raise TrainingFault(code, message, "platform", final=False)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._heard = time.monotonic()
            try:
                report = json.loads(line)
                if "fault" in report:
                    self._fault = report["fault"]
                elif "note" in report:
                    log.warning("engine_note", note=report["note"])
                else:
                    self.told = Progress.model_validate(report)
            except (ValidationError, ValueError, TypeError):
                log.warning("engine_line_unread", line=line[:200])

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _tail(self) -> str:
        with (self._job_dir / _ERRORS).open("rb") as errors:
            errors.seek(max(0, errors.seek(0, os.SEEK_END) - _TAIL_BYTES))
            return errors.read().decode(errors="replace")


def _environment(job_dir: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ARGOT_")}
    return {**kept, "HF_HUB_OFFLINE": "1", "TMPDIR": str(job_dir)}
