"""An unfinished training on disk."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

TENSORS = "checkpoint.safetensors"
SUMMARY = "checkpoint.json"


@dataclass(frozen=True)
class Checkpoint:
    """Where a training stopped: everything that its remaining steps depend on.

    ``key`` names the job; ``step`` counts finished steps, from which the batches to come follow;
    ``tensors`` holds ``weight/<name>``, ``exp_avg/<name>`` and ``exp_avg_sq/<name>`` in float32,
    and ``best/<name>`` once the ``development`` loss is known.
    """

    key: str
    step: int
    loss: list[tuple[int, float]]
    development: list[tuple[int, float]]
    tensors: dict[str, torch.Tensor]


def save_checkpoint(checkpoint: Checkpoint, work_dir: Path) -> None:
    """Write ``checkpoint.safetensors`` and then its summary ``checkpoint.json``, each atomically.

    The safetensors file is complete in itself: it carries the summary as its metadata, so a
    crash between the two renames loses nothing.
    """
    summary = {
        "key": checkpoint.key,
        "step": checkpoint.step,
        "loss": checkpoint.loss,
        "development": checkpoint.development,
    }
    document = json.dumps(summary)
    partial = work_dir / (TENSORS + ".partial")
    save_file(checkpoint.tensors, partial, metadata={"summary": document})
    _publish(partial, work_dir / TENSORS)
    partial = work_dir / (SUMMARY + ".partial")
    partial.write_text(document, "utf-8")
    _publish(partial, work_dir / SUMMARY)


def load_checkpoint(work_dir: Path, key: str) -> Checkpoint | None:
    """The checkpoint of this job; None if there is none, a damaged one or another job's."""
    try:
        with safe_open(work_dir / TENSORS, framework="pt") as file:
            summary = json.loads((file.metadata() or {}).get("summary", "{}"))
            if summary.get("key") != key:
                return None
            # A mapped tensor would keep reading a file that the next checkpoint replaces.
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
    except (FileNotFoundError, SafetensorError, ValueError):
        return None
    loss, development = (
        [(int(step), float(value)) for step, value in summary[name]]
        for name in ("loss", "development")
    )
    return Checkpoint(key, int(summary["step"]), loss, development, tensors)


def discard_checkpoint(work_dir: Path) -> None:
    """Remove a checkpoint that is no longer needed."""
    (work_dir / TENSORS).unlink(missing_ok=True)
    (work_dir / SUMMARY).unlink(missing_ok=True)


def _publish(partial: Path, final: Path) -> None:
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.replace(final)
