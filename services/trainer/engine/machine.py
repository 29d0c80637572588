"""What the machine lacks, or has too much of, as faults."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from safetensors import SafetensorError

from .fault import EngineFault
from .hardware import out_of_memory

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def named() -> Iterator[None]:
    """Turn errors of memory and disk into `EngineFault`; others pass."""
    try:
        yield
    except (MemoryError, RuntimeError, OSError, SafetensorError) as error:
        if out_of_memory(error):
            message = "There was not enough memory for this base model."
            raise EngineFault("out-of-memory", message, fault="platform") from error
        if _disk_full(error):
            message = "There was no space left for the training."
            raise EngineFault("no-space", message, fault="platform") from error
        raise


def _disk_full(error: Exception) -> bool:
    if isinstance(error, OSError):
        return error.errno in DISK_FULL
    told = str(error)  # safetensors writes without Python
    return any(os.strerror(number) in told for number in DISK_FULL)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other trainings out of a folder: two would overwrite each other's scratch files.

    Raises:
        EngineFault: ``already-running``.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # Some file systems cannot lock a folder; a file in it would stay behind.
        with suppress(OSError):
            _lock(handle)
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        message = "Another training is running in the same folder."
        raise EngineFault("already-running", message, fault="platform") from error
