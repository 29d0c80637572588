"""Recordings whose texts stand in one manifest."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from services.trainer.adapters.recordings import prepare
from shared.events.data import DatasetFile, Dropped, Pair, StoredFile
from shared.runtime.local.storage import StorageAddress
from shared.runtime.settings import StorageSettings
from shared.runtime.storage import Storage
from shared.speech.cues import Cue

from .conftest import StoreFile


class CountingStorage(Storage):
    """Tells which keys were fetched."""

    def __init__(self, settings: StorageSettings) -> None:
        super().__init__(settings)
        self.fetched: list[str] = []

    def get_file(self, key: str, path: Path) -> StoredFile:
        self.fetched.append(key)
        return super().get_file(key, path)


@pytest.fixture
def counting(storage: StorageAddress, storage_bucket: str) -> CountingStorage:
    return CountingStorage(
        StorageSettings(
            storage_endpoint=storage.endpoint,
            storage_access_key=SecretStr(storage.access_key),
            storage_secret_key=SecretStr(storage.secret_key),
            storage_bucket=storage_bucket,
        )
    )


def lines(*rows: dict[str, Any]) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


@pytest.fixture
def listing(store: StoreFile) -> DatasetFile:
    return store(
        "all.jsonl",
        lines(
            {"audio": "x/timed.wav", "text": "un", "start": 0, "end": 1},
            {"audio_filepath": "timed.wav", "text": "deux", "offset": 1, "duration": 0.75},
            {"audio": "TALK.mp4", "text": "trois"},
            {"audio": "nobody.wav", "text": "quatre"},
        ),
    )


def test_a_manifest_is_fetched_once_and_gives_each_recording_its_rows(
    counting: CountingStorage,
    store: StoreFile,
    listing: DatasetFile,
    quiet_wav: bytes,
    tmp_path: Path,
) -> None:
    names = ("timed.wav", "Talk.wav", "unnamed.wav")
    pairs = [Pair(audio=store(name, quiet_wav, 2.0), transcript=listing) for name in names]

    material = prepare(pairs, counting, tmp_path, threading.Event())

    assert [(each.name, each.cues) for each in material.recordings] == [
        ("timed.wav", (Cue(0, 1, "un"), Cue(1, 1.75, "deux"))),
        ("Talk.wav", (Cue(0, 2, "trois"),)),
    ]
    assert material.dropped == (Dropped(file="unnamed.wav", reason="not-in-manifest", seconds=2),)
    assert counting.fetched.count(listing.storage_key) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.pcm", "1.pcm"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"no json", "invalid-manifest"),
        (b"\x00", "unreadable-transcript"),
        (b"", "empty-transcript"),
    ],
)
def test_a_faulty_manifest_is_in_the_ledger_with_the_seconds_of_all_its_recordings(
    counting: CountingStorage,
    store: StoreFile,
    quiet_wav: bytes,
    tmp_path: Path,
    data: bytes,
    reason: str,
) -> None:
    faulty, whole = store("all.jsonl", data), store("c.txt", b"Bonjour")
    pairs = [
        *(
            Pair(audio=store(name, quiet_wav, 2.0), transcript=faulty)
            for name in ("a.wav", "b.wav")
        ),
        Pair(audio=store("c.wav", quiet_wav, 2.0), transcript=whole),
    ]

    material = prepare(pairs, counting, tmp_path, threading.Event())

    assert [each.name for each in material.recordings] == ["c.wav"]
    assert material.dropped == (Dropped(file="all.jsonl", reason=reason, seconds=4),)
    assert counting.fetched.count(faulty.storage_key) == 1
