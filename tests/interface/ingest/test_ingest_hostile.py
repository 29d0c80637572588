"""Files too large are refused by their size, before a byte of them is fetched."""

from pathlib import Path

import pytest

from services.ingest.adapters.examination import examine
from services.ingest.models.tables import Dataset
from shared.rpc.contract import Failure
from shared.runtime.local.storage import StorageAddress
from shared.runtime.media.sandbox import DEFAULT_LIMITS
from shared.runtime.settings import StorageSettings
from shared.runtime.storage import ObjectMissing, Storage, new_key


@pytest.fixture
def client(storage: StorageAddress, storage_bucket: str) -> Storage:
    return Storage(
        StorageSettings.model_validate(
            {
                "storage_endpoint": storage.endpoint,
                "storage_access_key": storage.access_key,
                "storage_secret_key": storage.secret_key,
                "storage_bucket": storage_bucket,
            }
        )
    )


def job(name: str, size: int) -> Dataset:
    """A row whose object is not there, so that fetching it would raise."""
    return Dataset(uploaded_name=name, size=size, storage_key=new_key("datasets"), attempts=1)


@pytest.mark.parametrize("name", ["a.vtt", "a.srt", "a.txt", "a.jsonl", "A.JSONL"])
def test_a_transcript_of_100_mb_is_not_even_fetched(
    client: Storage, tmp_path: Path, name: str
) -> None:
    found = examine(job(name, 100_000_000), client, tmp_path, DEFAULT_LIMITS)
    assert isinstance(found, Failure)
    assert found.code == "transcript-too-large"
    with pytest.raises(ObjectMissing):
        examine(job(name, 20_000_000), client, tmp_path, DEFAULT_LIMITS)
