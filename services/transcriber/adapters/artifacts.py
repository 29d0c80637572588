"""Custom models on disk: fetched once, checked by their digest, unpacked with distrust."""

import fcntl
import gzip
import shutil
import tarfile
import zlib
from pathlib import Path

from shared.events.data import StoredFile
from shared.runtime.storage import ObjectMissing, Storage

MAX_BYTES = 8 * 1024**3
MAX_FILES = 20
REQUIRED = ("config.json", "model.bin", "tokenizer.json")
"""Without its tokenizer the recogniser would ask the model hub for one."""


class ArtifactInvalid(Exception):
    """The artifact is not what the trainer stored, or no model."""


class Artifacts:
    """Unpacked artifacts in `folder`, each under its digest; several processes may share it."""

    def __init__(self, folder: Path, storage: Storage) -> None:
        self._folder = folder
        self._storage = storage

    def fetch(self, artifact: StoredFile) -> Path:
        """The directory of the model. Errors: `ArtifactInvalid`, and those of storage."""
        target = self._folder / artifact.sha256
        self._folder.mkdir(parents=True, exist_ok=True)
        with target.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not target.is_dir():
                draft = target.with_suffix(".draft")
                shutil.rmtree(draft, ignore_errors=True)  # of a process that died
                try:
                    self._unpack(artifact, draft)
                    (draft / "model").rename(target)
                finally:
                    shutil.rmtree(draft, ignore_errors=True)
        return target

    def remove(self, sha256: str) -> None:
        """Forget an artifact; one that is not there is no error."""
        shutil.rmtree(self._folder / sha256, ignore_errors=True)

    def _unpack(self, artifact: StoredFile, draft: Path) -> None:
        draft.mkdir()
        archive = draft / "model.tar.gz"
        try:
            stored = self._storage.get_file(artifact.storage_key, archive)
        except ObjectMissing as error:
            raise ArtifactInvalid("the artifact is gone from storage") from error
        if stored.sha256 != artifact.sha256:
            raise ArtifactInvalid("the artifact has another digest")
        unpack(archive, draft / "model")


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a `.tar.gz` of plain files, without folders, into a new `folder`.

    Raises `ArtifactInvalid` for any other entry, for more than 8 GiB or 20 files, and where a
    file that every model has is missing.
    """
    folder.mkdir()
    size = 0
    try:
        with tarfile.open(archive, "r:gz") as entries:
            for count, entry in enumerate(entries, 1):
                size += entry.size
                if size > MAX_BYTES or count > MAX_FILES:
                    raise ArtifactInvalid("the artifact is too large")
                if not entry.isreg() or Path(entry.name).name != entry.name:
                    raise ArtifactInvalid(f"the artifact has the entry {entry.name!r}")
                entries.extract(entry, folder, filter="data")
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise ArtifactInvalid(f"the artifact is damaged: {error}") from error
    missing = [name for name in REQUIRED if not (folder / name).is_file()]
    if missing:
        raise ArtifactInvalid(f"the artifact lacks {', '.join(missing)}")
