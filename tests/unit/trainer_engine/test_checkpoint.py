import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from services.trainer.engine.checkpoint import (
    Checkpoint,
    discard_checkpoint,
    load_checkpoint,
    load_tensor,
    save_checkpoint,
)
from services.trainer.engine.development import Examined


@pytest.fixture
def saved(tmp_path: Path) -> Checkpoint:
    tensors = {"weight/a": torch.rand(3), "exp_avg/a": torch.rand(3)}
    checkpoint = Checkpoint(
        "this job", 5, [(4, 0.5), (5, 0.25)], [Examined(4, [0.75, 0.5])], tensors
    )
    save_checkpoint(checkpoint, tmp_path)
    return checkpoint


def test_what_is_saved_is_loaded(saved: Checkpoint, tmp_path: Path) -> None:
    found = load_checkpoint(tmp_path, "this job")
    assert found is not None
    assert (found.step, found.loss, found.development) == (
        5,
        saved.loss,
        [Examined(4, [0.75, 0.5])],
    )
    assert all(torch.equal(found.tensors[name], saved.tensors[name]) for name in saved.tensors)


def test_a_tensor_is_read_without_the_others(saved: Checkpoint, tmp_path: Path) -> None:
    found = load_tensor(tmp_path, "this job", "weight/a")
    assert found is not None
    assert torch.equal(found, saved.tensors["weight/a"])
    assert load_tensor(tmp_path, "another job", "weight/a") is None
    assert load_tensor(tmp_path, "this job", "weight/b") is None
    assert load_tensor(tmp_path / "elsewhere", "this job", "weight/a") is None


def test_a_checkpoint_of_another_job_is_ignored_and_told(
    saved: Checkpoint, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert load_checkpoint(tmp_path, "another job") is None
    assert "begins anew" in caplog.text


def test_a_damaged_checkpoint_is_ignored_and_told(
    saved: Checkpoint, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "checkpoint.safetensors"
    file.write_bytes(file.read_bytes()[:40])
    assert load_checkpoint(tmp_path, "this job") is None
    assert "begins anew" in caplog.text


@pytest.mark.parametrize(
    "summary",
    [
        {},
        {"key": "this job"},
        {"key": "this job", "step": 1, "loss": [], "development": [{"step": 1, "sum": 2.0}]},
        {"key": "this job", "step": 1, "loss": 3, "development": []},
    ],
)
def test_a_checkpoint_of_another_version_is_ignored_and_told(
    saved: Checkpoint, tmp_path: Path, caplog: pytest.LogCaptureFixture, summary: dict[str, object]
) -> None:
    file = tmp_path / "checkpoint.safetensors"
    save_file(load_file(file), file, metadata={"summary": json.dumps(summary)})
    assert load_checkpoint(tmp_path, "this job") is None
    assert "begins anew" in caplog.text


def test_the_summary_is_not_needed_to_resume(saved: Checkpoint, tmp_path: Path) -> None:
    (tmp_path / "checkpoint.json").unlink()
    assert load_checkpoint(tmp_path, "this job") is not None


def test_nothing_is_left_of_a_discarded_checkpoint(saved: Checkpoint, tmp_path: Path) -> None:
    discard_checkpoint(tmp_path)
    assert not list(tmp_path.iterdir())
    assert load_checkpoint(tmp_path, "this job") is None
