"""The worker's private disk space."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

_PREFIX = "trainer-"


@contextmanager
def private_folder(root: Path) -> Iterator[Path]:
    """A folder of this process below `root`; what killed processes left there is removed."""
    root.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        with _lock(root):
            for left in root.glob(f"{_PREFIX}*"):
                _remove_unless_locked(left)
            folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=root))
            held.enter_context(_lock(folder))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _lock(folder: Path, mode: int = fcntl.LOCK_EX) -> Iterator[None]:
    """Hold the folder, until this process ends at the latest."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, mode)
        yield
    finally:
        os.close(descriptor)


def _remove_unless_locked(folder: Path) -> None:
    try:
        with _lock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
            shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        pass  # another worker's
