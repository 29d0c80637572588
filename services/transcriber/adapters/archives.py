"""A trained model's archive, unpacked with distrust."""

import gzip
import tarfile
import zlib
from pathlib import Path

MAX_BYTES = 8 * 1024**3
MAX_FILES = 20
REQUIRED = ("config.json", "model.bin", "tokenizer.json")
"""Without its tokenizer the recogniser would ask the model hub for one."""


class ArtifactInvalid(Exception):
    """The artifact is not what the trainer stored, or no model."""


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
