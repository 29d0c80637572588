"""Artifacts are unpacked with distrust."""

import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from services.transcriber.adapters import artifacts
from services.transcriber.adapters.artifacts import REQUIRED, ArtifactInvalid, Artifacts, unpack
from shared.events.data import StoredFile
from shared.runtime.storage import ObjectMissing, Storage


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


class FakeStorage(Storage):
    """Holds objects in memory."""

    def __init__(self, **objects: bytes) -> None:
        self.objects = objects
        self.fetched = 0

    def get_file(self, key: str, path: Path) -> StoredFile:
        self.fetched += 1
        if key not in self.objects:
            raise ObjectMissing(key)
        data = self.objects[key]
        path.write_bytes(data)
        return StoredFile(storage_key=key, size=len(data), sha256=hashlib.sha256(data).hexdigest())


def stored(data: bytes, key: str = "model") -> StoredFile:
    return StoredFile(storage_key=key, size=len(data), sha256=hashlib.sha256(data).hexdigest())


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
    monkeypatch.setattr(artifacts, "MAX_BYTES", 1000)
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


def test_fetched_once_and_forgotten(tmp_path: Path) -> None:
    data = archive_of(tmp_path, *MODEL).read_bytes()
    storage = FakeStorage(model=data)
    kept = Artifacts(tmp_path / "cache", storage)
    left_by_a_dead_process = tmp_path / f"cache/{stored(data).sha256}.draft/model"
    left_by_a_dead_process.mkdir(parents=True)
    for _ in range(2):
        assert (kept.fetch(stored(data)) / "model.bin").is_file()
    assert storage.fetched == 1
    assert not left_by_a_dead_process.parent.exists()
    kept.remove(stored(data).sha256)
    kept.remove(stored(data).sha256)
    kept.fetch(stored(data))
    assert storage.fetched == 2


def test_another_digest_or_no_object_leaves_nothing(tmp_path: Path) -> None:
    data = archive_of(tmp_path, *MODEL).read_bytes()
    kept = Artifacts(tmp_path / "cache", FakeStorage(model=data + b"x"))
    with pytest.raises(ArtifactInvalid, match="digest"):
        kept.fetch(stored(data))
    with pytest.raises(ArtifactInvalid, match="gone"):
        kept.fetch(stored(data, "missing"))
    assert not [path for path in (tmp_path / "cache").iterdir() if path.is_dir()]
