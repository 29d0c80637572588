"""Two processes that train together, as `torchrun` starts them."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from services.trainer.engine import Recording
from services.trainer.engine.ct2 import read_model

SETTINGS = {
    "max_steps": 3,
    "batch_windows": 2,
    "blends": [1.0],
    "epochs": 3,
    "packings": 1,
    "threads": 1,
}
ALONE = (sys.executable, "-m", "services.trainer.engine")
TOGETHER = (
    *(sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"),
    *("-m", "services.trainer.engine"),
)


@pytest.mark.timeout(600)
def test_two_processes_train_the_same_model_as_one(
    base_model_dir: Callable[[str], Path], recordings: tuple[Recording, ...], tmp_path: Path
) -> None:
    models = {}
    for name, command in (("alone", ALONE), ("together", TOGETHER)):
        folder = tmp_path / name
        folder.mkdir()
        job = {
            "base_model": str(base_model_dir("whisper-tiny.en")),
            "language": "en",
            "recordings": [asdict(each) | {"pcm": str(each.pcm)} for each in recordings],
            "settings": SETTINGS,
        }
        (folder / "job.json").write_text(json.dumps(job))
        told = subprocess.run(
            [*command, str(folder)], check=True, capture_output=True, text=True, timeout=500
        ).stdout
        percents = [json.loads(line)["percent"] for line in told.splitlines()]
        assert percents == sorted(percents)
        assert percents[-1] == 100
        models[name] = read_model(folder / "model")
        run = json.loads((folder / "result.json").read_text())["run"]
        assert run["steps"] == 3
        assert sorted(path.name for path in folder.iterdir()) == [
            "job.json",
            "model",
            "result.json",
        ]
    base = read_model(base_model_dir("whisper-tiny.en"))
    weight = "decoder/layer_0/ffn/linear_0/weight"
    moved = (models["alone"].resolve(weight) - base.resolve(weight)).float()
    apart = (models["alone"].resolve(weight) - models["together"].resolve(weight)).float()
    assert moved.norm() > 0
    # Sums in another order, and Adam's first steps that take their signs.
    assert apart.norm() < 0.1 * moved.norm()
