"""The texts of a run's recordings, fetched and parsed."""

from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path

from services.trainer.adapters.files import Unusable, fetch
from services.trainer.domain import Manifest
from shared.events.data import DatasetFile, Pair
from shared.runtime.storage import Storage
from shared.speech.filenames import FileKind, kind_of
from shared.speech.manifest import parse_manifest
from shared.speech.source import DEFAULT_LIMITS, TranscriptInvalid, too_large
from shared.speech.subtitles import Transcript, parse_transcript

Manifests = dict[str, Manifest | Unusable]
"""By storage key; what cannot be used is told by each recording that wants it."""


def read_manifests(
    pairs: Sequence[Pair], storage: Storage, folder: Path, pool: Executor
) -> Manifests:
    """Read each manifest of a run once, however many recordings it is for."""
    files = {
        pair.transcript.storage_key: pair.transcript
        for pair in pairs
        if kind_of(pair.transcript.name) is FileKind.MANIFEST
    }

    def read_one(place: int, file: DatasetFile) -> Manifest | Unusable:
        try:
            return Manifest(parse_manifest(_read(file, storage, folder / f"{place}.manifest")))
        except TranscriptInvalid as fault:
            return Unusable(file, fault.code)
        except Unusable as fault:
            return fault

    return dict(zip(files, pool.map(read_one, range(len(files)), files.values()), strict=True))


def read_text(pair: Pair, manifests: Manifests, storage: Storage, path: Path) -> Transcript:
    """What is said in the pair's audio; `path` is for a copy of the text. Raises `Unusable`."""
    file = pair.transcript
    kind = kind_of(file.name)
    if kind is FileKind.MANIFEST:
        manifest = manifests[file.storage_key]
        if isinstance(manifest, Unusable):
            raise Unusable(manifest.file, manifest.reason)
        transcript = manifest.transcript(pair.audio.name)
        if transcript is None:
            raise Unusable(pair.audio, "not-in-manifest")
        return transcript
    if kind is not FileKind.TRANSCRIPT:
        raise Unusable(file, "unsupported-transcript")
    try:
        return parse_transcript(file.name, _read(file, storage, path))
    except TranscriptInvalid as fault:
        raise Unusable(file, fault.code) from fault


def _read(file: DatasetFile, storage: Storage, path: Path) -> bytes:
    if file.size > DEFAULT_LIMITS.bytes:
        raise too_large(f"{DEFAULT_LIMITS.bytes:,} bytes")
    try:
        fetch(file, storage, path)
        return path.read_bytes()
    finally:
        path.unlink(missing_ok=True)
