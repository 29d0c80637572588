"""The artifact: the same model, the same bytes."""

import os
import tarfile
from pathlib import Path

from services.trainer.adapters.artifact import pack

FILES = {"model.bin": b"\x01" * 100_000, "config.json": b"{}", "vocabulary.txt": b"a\nb\n"}


def model_dir(folder: Path, names: list[str]) -> Path:
    folder.mkdir()
    for number, name in enumerate(names):
        (folder / name).write_bytes(FILES[name])
        os.utime(folder / name, (number, number))
        (folder / name).chmod(0o600 + number)
    return folder


def test_the_bytes_depend_on_the_content_alone(tmp_path: Path) -> None:
    pack(model_dir(tmp_path / "one", list(FILES)), tmp_path / "one.tar.gz")
    pack(model_dir(tmp_path / "two", list(reversed(FILES))), tmp_path / "renamed.tar.gz")
    assert (tmp_path / "one.tar.gz").read_bytes() == (tmp_path / "renamed.tar.gz").read_bytes()


def test_the_files_lie_flat_and_unpack_as_they_were(tmp_path: Path) -> None:
    pack(model_dir(tmp_path / "model", list(FILES)), tmp_path / "model.tar.gz")
    with tarfile.open(tmp_path / "model.tar.gz") as archive:
        assert archive.getnames() == sorted(FILES)
        archive.extractall(tmp_path / "out", filter="data")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == FILES
