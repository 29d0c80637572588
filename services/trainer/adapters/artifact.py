"""The trained model as one file."""

import gzip
import tarfile
from pathlib import Path

_LEVEL = 0
"""Only packed: weights shrink by a twelfth at most, for ten times the time."""


def pack(model_dir: Path, target: Path) -> None:
    """Write the directory's files, without a folder, as `.tar.gz`.

    The same files give the same bytes: no time, owner or order of the disk goes in.
    """
    with (
        target.open("wb") as file,
        gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w|") as archive,
    ):
        for path in sorted(model_dir.iterdir()):
            entry = tarfile.TarInfo(path.name)
            entry.size = path.stat().st_size
            with path.open("rb") as content:
                archive.addfile(entry, content)
