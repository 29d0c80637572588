"""A run's pairs, fetched and decoded for the engine."""

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from services.trainer.domain import Cut, Material, Stopped, cut
from shared.events.data import DatasetFile, Dropped, Pair
from shared.runtime.media.convert import decode_pcm
from shared.runtime.media.sandbox import MediaInvalid
from shared.runtime.storage import ObjectMissing, Storage
from shared.speech.filenames import FileKind, kind_of
from shared.speech.source import DEFAULT_LIMITS, TranscriptInvalid, too_large
from shared.speech.subtitles import Transcript, parse_transcript

THREADS = min(4, os.cpu_count() or 1)


class _Unusable(Exception):
    """A file cannot be used; the reason is for the ledger."""

    def __init__(self, file: DatasetFile, reason: str) -> None:
        super().__init__(reason)
        self.file = file
        self.reason = reason


def prepare(
    pairs: Sequence[Pair], storage: Storage, folder: Path, lost: threading.Event
) -> Material:
    """Leave a PCM file for each usable recording in `folder`; the others go into the ledger.

    Raises `Stopped` when `lost` is set, and what storage, disk and sandbox raise.
    """

    def prepare_one(number: int) -> Cut:
        if lost.is_set():
            raise Stopped
        return _prepare_one(pairs[number], storage, folder, str(number))

    with ThreadPoolExecutor(THREADS) as pool:
        return Material.of(pool.map(prepare_one, range(len(pairs))))


def _prepare_one(pair: Pair, storage: Storage, folder: Path, stem: str) -> Cut:
    pcm = folder / f"{stem}.pcm"
    try:
        transcript = _transcript(pair.transcript, storage, folder / f"{stem}.transcript")
        seconds = _decode(pair.audio, storage, folder / f"{stem}.audio", pcm)
    except _Unusable as fault:
        seconds = pair.audio.duration or 0.0
        dropped = Dropped(file=fault.file.name, reason=fault.reason, seconds=seconds)
        return Cut(pair.audio.name, pcm.name, (), (dropped,))
    return cut(pair.audio.name, pcm.name, transcript, seconds)


def _transcript(file: DatasetFile, storage: Storage, path: Path) -> Transcript:
    if kind_of(file.name) is not FileKind.TRANSCRIPT:
        raise _Unusable(file, "unsupported-transcript")
    try:
        if file.size > DEFAULT_LIMITS.bytes:
            raise too_large(f"{DEFAULT_LIMITS.bytes:,} bytes")
        _fetch(file, storage, path)
        return parse_transcript(file.name, path.read_bytes())
    except TranscriptInvalid as fault:
        raise _Unusable(file, fault.code) from fault
    finally:
        path.unlink(missing_ok=True)


def _decode(file: DatasetFile, storage: Storage, path: Path, pcm: Path) -> float:
    try:
        _fetch(file, storage, path)
        return decode_pcm(path, pcm)
    except MediaInvalid as fault:
        raise _Unusable(file, fault.code) from fault
    finally:
        path.unlink(missing_ok=True)


def _fetch(file: DatasetFile, storage: Storage, path: Path) -> None:
    try:
        stored = storage.get_file(file.storage_key, path)
    except ObjectMissing as error:
        raise _Unusable(file, "file-missing") from error
    if stored.sha256 != file.sha256:
        raise _Unusable(file, "file-changed")
