"""What the upload remembers between two runs."""

from pathlib import Path

import pytest

from argot.uploads.memory import Memory, user_folder

SERVER = "http://argot.example"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "talk.wav"
    path.write_bytes(b"sound")
    return path


def test_a_later_run_recalls_the_upload(tmp_path: Path, file: Path) -> None:
    Memory(tmp_path / "state", SERVER, "model").remember(file, "upload")
    assert Memory(tmp_path / "state", SERVER, "model").recall(file) == "upload"


def test_another_server_or_model_knows_nothing_of_it(tmp_path: Path, file: Path) -> None:
    Memory(tmp_path, SERVER, "model").remember(file, "upload")
    assert Memory(tmp_path, "http://elsewhere.example", "model").recall(file) is None
    assert Memory(tmp_path, SERVER, "another").recall(file) is None


def test_a_changed_file_is_another_one(tmp_path: Path, file: Path) -> None:
    memory = Memory(tmp_path, SERVER, "model")
    memory.remember(file, "upload")
    file.write_bytes(b"noise")
    assert memory.recall(file) is None


def test_a_damaged_entry_is_as_none(tmp_path: Path, file: Path) -> None:
    memory = Memory(tmp_path / "state", SERVER, "model")
    memory.remember(file, "upload")
    for entry in (tmp_path / "state").iterdir():
        entry.write_text('{"upload')
    assert memory.recall(file) is None


def test_nothing_is_left_of_a_finished_file(tmp_path: Path, file: Path) -> None:
    memory = Memory(tmp_path / "state", SERVER, "model")
    memory.remember(file, "upload")
    memory.forget(file)
    memory.forget(file)
    assert list((tmp_path / "state").iterdir()) == []


def test_a_file_that_is_gone_can_be_forgotten(tmp_path: Path, file: Path) -> None:
    memory = Memory(tmp_path, SERVER, "model")
    memory.remember(file, "upload")
    file.unlink()
    memory.forget(file)


def test_the_folder_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert user_folder() == tmp_path / "argot" / "uploads"
