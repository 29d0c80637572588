"""An unfinished training on disk."""

import json
import logging
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

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
    and ``best/<name>`` once there is a ``development`` loss. After the last step these are all.
    """

    key: str
    step: int
    loss: list[tuple[int, float]]
    development: list[Examined]
    tensors: dict[str, torch.Tensor]

    @property
    def finished(self) -> bool:
        """Whether no step is left."""
        return not any(name.startswith("weight/") for name in self.tensors)

    def fits(self, weights: "Weights") -> bool:
        """Whether it has all that is needed to go on with them."""
        kinds = [] if self.finished else ["weight", *MOMENTS]
        if self.finished or self.development:
            kinds.append("best")
        needed = {f"{kind}/{n}": each.shape for kind in kinds for n, each in weights.items()}
        return needed.items() <= {n: each.shape for n, each in self.tensors.items()}.items()


Weights = Mapping[str, torch.nn.Parameter]

MOMENTS = ("exp_avg", "exp_avg_sq")

log = logging.getLogger(__name__)


def capture_best(best: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The tensors of a checkpoint after the last step."""
    return {f"best/{name}": weight for name, weight in best.items()}


def capture(
    weights: Weights, optimiser: torch.optim.AdamW, best: Mapping[str, torch.Tensor]
) -> dict[str, torch.Tensor]:
    """The tensors of a checkpoint before the last step."""
    tensors = capture_best(best)
    for name, parameter in weights.items():
        tensors[f"weight/{name}"] = parameter.detach().cpu().contiguous()
        for moment in MOMENTS:
            tensors[f"{moment}/{name}"] = optimiser.state[parameter][moment].cpu().contiguous()
    return tensors


def restore(
    checkpoint: Checkpoint, weights: Weights, optimiser: torch.optim.AdamW
) -> dict[str, torch.Tensor]:
    """Put weights and optimiser back into their state; return the best epoch's weights, if any.

    After the last step only those are there, and nothing is put back.
    """
    tensors = checkpoint.tensors
    best = {name: tensors[f"best/{name}"] for name in weights if checkpoint.development}
    if checkpoint.finished:
        return best
    state: dict[int, dict[str, torch.Tensor]] = {}
    with torch.no_grad():
        for index, (name, parameter) in enumerate(weights.items()):
            parameter.copy_(tensors[f"weight/{name}"])
            moments = {moment: tensors[f"{moment}/{name}"] for moment in MOMENTS}
            state[index] = {"step": torch.tensor(float(checkpoint.step)), **moments}
    groups = optimiser.state_dict()["param_groups"]
    optimiser.load_state_dict({"state": state, "param_groups": groups})
    return best


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
            summary = _summary(file)
            if summary["key"] != key:
                log.warning("The checkpoint is of another job or format: training begins anew.")
                return None
            # A mapped tensor would keep reading a file that the next checkpoint replaces.
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
        loss = [(int(step), float(value)) for step, value in summary["loss"]]
        development = [Examined(**each) for each in summary["development"]]
        return Checkpoint(key, int(summary["step"]), loss, development, tensors)
    except FileNotFoundError:
        return None
    except (SafetensorError, ValueError, TypeError, KeyError) as error:
        log.warning("The checkpoint cannot be read (%r): training begins anew.", error)
        return None


def load_tensor(work_dir: Path, key: str, name: str) -> torch.Tensor | None:
    """One of the tensors of the checkpoint that `load_checkpoint` gives, if any."""
    try:
        with safe_open(work_dir / TENSORS, framework="pt") as file:
            wanted = _summary(file)["key"] == key and name in file.keys()  # noqa: SIM118
            return file.get_tensor(name).clone() if wanted else None
    except (FileNotFoundError, SafetensorError, ValueError, KeyError):
        return None


def _summary(file: Any) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads((file.metadata() or {})["summary"])
    return summary


def discard_checkpoint(work_dir: Path) -> None:
    """Remove a checkpoint that is no longer needed."""
    (work_dir / TENSORS).unlink(missing_ok=True)
    (work_dir / SUMMARY).unlink(missing_ok=True)


def _publish(partial: Path, final: Path) -> None:
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.replace(final)
