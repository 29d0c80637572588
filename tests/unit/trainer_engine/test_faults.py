"""What users read of a fault names no path and no internals; the cause is for the log."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from services.trainer.engine import EngineFault, Job, engine
from services.trainer.engine.ct2 import ModelFile, read_model
from services.trainer.engine.vocabulary import Vocabulary
from services.trainer.engine.weights import import_model

ALLOCATION = "[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory"


def exhausted(*_: object) -> None:
    raise RuntimeError(ALLOCATION)


def train_without_memory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "Training", exhausted)
    engine.train(Job(folder, "fr", (), folder), lambda _progress: None)


@pytest.mark.parametrize(
    ("code", "fail"),
    [
        ("base-model-unreadable", lambda folder, _: Vocabulary.read(folder, "fr")),
        ("base-model-unreadable", lambda folder, _: read_model(folder)),
        ("base-model-unreadable", lambda *_: import_model(ModelFile({}, {}))),
        (
            "base-model-unreadable",
            lambda *_: import_model(ModelFile({"encoder/odd": torch.zeros(2)}, {})),
        ),
        ("out-of-memory", train_without_memory),
    ],
)
def test_a_message_is_a_sentence_and_its_cause_is_elsewhere(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    fail: Callable[[Path, pytest.MonkeyPatch], None],
) -> None:
    with pytest.raises(EngineFault) as caught:
        fail(tmp_path, monkeypatch)
    assert caught.value.code == code
    message = str(caught.value)
    assert message.endswith(".")
    assert caught.value.__cause__ is not None
    for internal in ("/", "Error", "Allocator", "odd", str(caught.value.__cause__)):
        assert internal not in message
