"""Artifacts are unpacked with distrust."""

import io
import tarfile
from pathlib import Path

import pytest

from services.transcriber.adapters import archives
from services.transcriber.adapters.archives import REQUIRED, ArtifactInvalid, unpack


def entry(name: str, data: bytes = b"x", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, data


def archive_of(folder: Path, *entries: tuple[tarfile.TarInfo, bytes]) -> Path:
    path = folder / "model.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for info, data in entries:
            archive.addfile(info, io.BytesIO(data))
    return path


MODEL = [entry(name, name.encode()) for name in REQUIRED]


def test_a_model_is_unpacked(tmp_path: Path) -> None:
    unpack(archive_of(tmp_path, *MODEL, entry("vocabulary.txt")), tmp_path / "model")
    assert {path.name for path in (tmp_path / "model").iterdir()} == {*REQUIRED, "vocabulary.txt"}
    assert (tmp_path / "model/model.bin").read_bytes() == b"model.bin"


@pytest.mark.parametrize(
    "hostile",
    [
        entry("link", b"", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        entry("link", b"", type=tarfile.LNKTYPE, linkname="model.bin"),
        entry("device", b"", type=tarfile.CHRTYPE),
        entry("pipe", b"", type=tarfile.FIFOTYPE),
        entry("folder", b"", type=tarfile.DIRTYPE),
        entry("/etc/absolute"),
        entry("../outside"),
        entry("folder/inside"),
        entry(".."),
        entry("."),
    ],
    ids=lambda hostile: f"{hostile[0].name}-{hostile[0].type.decode()}",
)
def test_anything_but_a_plain_file_is_refused(
    tmp_path: Path, hostile: tuple[tarfile.TarInfo, bytes]
) -> None:
    with pytest.raises(ArtifactInvalid):
        unpack(archive_of(tmp_path, hostile, *MODEL), tmp_path / "model")
    assert not list((tmp_path / "model").iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model", "model.tar.gz"]


def test_too_large_too_many_too_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_BYTES", 1000)
    with pytest.raises(ArtifactInvalid, match="too large"):
        unpack(archive_of(tmp_path, *MODEL, entry("bomb", bytes(1001))), tmp_path / "a")
    assert not (tmp_path / "a/bomb").exists()
    many = [entry(f"file{number}") for number in range(21)]
    with pytest.raises(ArtifactInvalid, match="too large"):
        unpack(archive_of(tmp_path, *many), tmp_path / "b")
    with pytest.raises(ArtifactInvalid, match=r"lacks tokenizer\.json"):
        unpack(archive_of(tmp_path, *MODEL[:2]), tmp_path / "c")


@pytest.mark.parametrize("keep", [0, 10, 100])
def test_damaged_archives(tmp_path: Path, keep: int) -> None:
    path = archive_of(tmp_path, *MODEL)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ArtifactInvalid):
        unpack(path, tmp_path / "model")
