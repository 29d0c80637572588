"""A run's pairs, fetched and decoded for the engine."""

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from services.trainer.adapters.files import Unusable, fetch
from services.trainer.adapters.texts import Manifests, read_manifests, read_text
from services.trainer.domain import Cut, Material, Stopped, cut
from shared.events.data import DatasetFile, Dropped, Pair
from shared.runtime.media.convert import decode_pcm
from shared.runtime.media.sandbox import Limits, MediaInvalid
from shared.runtime.storage import Storage
from shared.runtime.unwanted import Unwanted

THREADS = min(4, os.cpu_count() or 1)


def prepare(
    pairs: Sequence[Pair], storage: Storage, folder: Path, lost: threading.Event
) -> Material:
    """Leave a PCM file for each usable recording in `folder`; the others go into the ledger.

    Raises `Stopped` when `lost` is set, and what storage, disk and sandbox raise.
    """
    with ThreadPoolExecutor(THREADS) as pool:
        manifests = read_manifests(pairs, storage, folder, pool)

        limits = Limits(unwanted=lost)

        def prepare_one(number: int) -> Cut:
            if lost.is_set():
                raise Stopped
            return _prepare_one(pairs[number], manifests, storage, folder / str(number), limits)

        return Material.of(pool.map(prepare_one, range(len(pairs))))


def _prepare_one(
    pair: Pair, manifests: Manifests, storage: Storage, stem: Path, limits: Limits
) -> Cut:
    pcm = stem.with_suffix(".pcm")
    try:
        transcript = read_text(pair, manifests, storage, stem.with_suffix(".transcript"))
        seconds = _decode(pair.audio, storage, stem.with_suffix(".audio"), pcm, limits)
    except Unusable as fault:
        seconds = pair.audio.duration or 0.0
        dropped = Dropped(file=fault.file.name, reason=fault.reason, seconds=seconds)
        return Cut(pair.audio.name, pcm.name, (), (dropped,))
    return cut(pair.audio.name, pcm.name, transcript, seconds)


def _decode(file: DatasetFile, storage: Storage, path: Path, pcm: Path, limits: Limits) -> float:
    try:
        fetch(file, storage, path)
        return decode_pcm(path, pcm, limits)
    except Unwanted as fault:
        raise Stopped from fault
    except MediaInvalid as fault:
        raise Unusable(file, fault.code) from fault
    finally:
        path.unlink(missing_ok=True)
