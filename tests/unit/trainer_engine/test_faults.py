"""What users read of a fault names no path and no internals; the cause is for the log."""

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors import SafetensorError
from tokenizers import AddedToken, Tokenizer
from tokenizers.models import BPE

from services.trainer.engine import EngineFault, EngineSettings, Job, engine
from services.trainer.engine.ct2 import ModelFile, read_model
from services.trainer.engine.machine import alone_in
from services.trainer.engine.vocabulary import Vocabulary
from services.trainer.engine.weights import import_model

ALLOCATION = "[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory"


def exhausted(*_: object) -> None:
    raise RuntimeError(ALLOCATION)


def train_without_memory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "Training", exhausted)
    engine.train(Job(folder, "fr", (), folder), lambda _progress: None)


SPECIAL = (
    "<|endoftext|>",
    "<|startoftranscript|>",
    "<|fr|>",
    "<|transcribe|>",
    "<|startofprev|>",
    "<|notimestamps|>",
)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A base model of which only tokens can be read."""
    tokenizer = Tokenizer(BPE())
    tokenizer.add_special_tokens([AddedToken(each, special=True) for each in SPECIAL])
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "config.json").write_text('{"suppress_ids": [3]}')
    (tmp_path / "vocabulary.txt").write_text("\n".join(SPECIAL) + "\n")
    return tmp_path


def test_the_tokens_of_a_base_model_are_read(base: Path) -> None:
    found = Vocabulary.read(base, "fr")
    assert (found.end, found.start, found.suppressed) == (0, (1, 2, 3), (3,))
    (base / "vocabulary.txt").rename(base / "vocabulary.json").write_text(json.dumps(SPECIAL))
    assert Vocabulary.read(base, "fr").start == found.start


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", "[]"),
        ("config.json", '{"suppress_ids": 3}'),
        ("vocabulary.txt", None),
        ("vocabulary.json", "null"),
        ("vocabulary.txt", "\n".join(SPECIAL[1:])),
        ("vocabulary.txt", ""),
    ],
)
def test_a_base_model_that_does_not_fit_itself_is_named(
    base: Path, name: str, content: str | None
) -> None:
    if content is None:
        (base / name).unlink()
    else:
        (base / name).write_text(content)
    with pytest.raises(EngineFault) as caught:
        Vocabulary.read(base, "fr")
    assert (caught.value.code, caught.value.fault) == ("base-model-unreadable", "platform")


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)),
        SafetensorError(
            "Error while serializing: I/O error: No space left on device (os error 28)"
        ),
    ],
)
def test_a_full_disk_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    with pytest.raises(EngineFault) as caught:
        train_into(error, tmp_path, monkeypatch)
    assert (caught.value.code, caught.value.fault) == ("no-space", "platform")
    assert caught.value.__cause__ is error


@pytest.mark.parametrize("error", [OSError(errno.EIO, "I/O"), SafetensorError("odd")])
def test_another_error_stays_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    with pytest.raises(type(error)) as caught:
        train_into(error, tmp_path, monkeypatch)
    assert caught.value is error


def train_into(error: Exception, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(engine, "Training", fail)
    engine.train(Job(folder, "fr", (), folder, EngineSettings(device="cpu")), lambda _: None)


def test_a_folder_is_for_one_training_at_a_time(tmp_path: Path) -> None:
    job = Job(tmp_path, "fr", (), tmp_path, EngineSettings(device="cpu"))
    with alone_in(tmp_path), pytest.raises(EngineFault) as caught:
        engine.train(job, lambda _progress: None)
    assert (caught.value.code, caught.value.fault) == ("already-running", "platform")
    with alone_in(tmp_path):
        assert not list(tmp_path.iterdir())


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
