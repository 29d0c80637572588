"""An unfinished training on disk."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from .development import Examined

TENSORS = "checkpoint.safetensors"
SUMMARY = "checkpoint.json"


@dataclass(frozen=True)
class Checkpoint:
    """Where a training stopped: everything that its remaining steps depend on.

    ``key`` names the job; ``step`` counts finished steps, from which the batches to come follow;
    ``tensors`` holds ``weight/<name>``, ``exp_avg/<name>`` and ``exp_avg_sq/<name>`` in float32,
    and ``best/<name>`` once there is a ``development`` loss.
    """

    key: str
    step: int
    loss: list[tuple[int, float]]
    development: list[Examined]
    tensors: dict[str, torch.Tensor]


Weights = Mapping[str, torch.nn.Parameter]

MOMENTS = ("exp_avg", "exp_avg_sq")


def capture(
    weights: Weights, optimiser: torch.optim.AdamW, best: Mapping[str, torch.Tensor]
) -> dict[str, torch.Tensor]:
    """The tensors of a checkpoint."""
    tensors = {f"best/{name}": weight for name, weight in best.items()}
    for name, parameter in weights.items():
        tensors[f"weight/{name}"] = parameter.detach().cpu().contiguous()
        for moment in MOMENTS:
            tensors[f"{moment}/{name}"] = optimiser.state[parameter][moment].cpu().contiguous()
    return tensors


def restore(
    checkpoint: Checkpoint, weights: Weights, optimiser: torch.optim.AdamW
) -> dict[str, torch.Tensor]:
    """Put weights and optimiser back into their state; return the best epoch's weights, if any."""
    tensors = checkpoint.tensors
    state: dict[int, dict[str, torch.Tensor]] = {}
    with torch.no_grad():
        for index, (name, parameter) in enumerate(weights.items()):
            parameter.copy_(tensors[f"weight/{name}"])
            moments = {moment: tensors[f"{moment}/{name}"] for moment in MOMENTS}
            state[index] = {"step": torch.tensor(float(checkpoint.step)), **moments}
    groups = optimiser.state_dict()["param_groups"]
    optimiser.load_state_dict({"state": state, "param_groups": groups})
    return {name: tensors[f"best/{name}"] for name in weights if checkpoint.development}


def save_checkpoint(checkpoint: Checkpoint, work_dir: Path) -> None:
    """Write ``checkpoint.safetensors`` and then its summary ``checkpoint.json``, each atomically.

    The safetensors file is complete in itself: it carries the summary as its metadata, so a
    crash between the two renames loses nothing.
    """
    summary = {
        "key": checkpoint.key,
        "step": checkpoint.step,
        "loss": checkpoint.loss,
        "development": [asdict(each) for each in checkpoint.development],
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
    loss = [(int(step), float(value)) for step, value in summary["loss"]]
    development = [Examined(**each) for each in summary["development"]]
    return Checkpoint(key, int(summary["step"]), loss, development, tensors)


def discard_checkpoint(work_dir: Path) -> None:
    """Remove a checkpoint that is no longer needed."""
    (work_dir / TENSORS).unlink(missing_ok=True)
    (work_dir / SUMMARY).unlink(missing_ok=True)


def _publish(partial: Path, final: Path) -> None:
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.replace(final)
