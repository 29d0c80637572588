"""The gateway sends to real storage what is signed for another host than it sees."""

import io

import httpx
import pytest

from services.gateway.sending import send
from shared.errors import ArgotError
from shared.rpc.uploads import SignedPart
from shared.runtime.database import now
from shared.runtime.local.storage import StorageAddress
from shared.runtime.settings import StorageSettings
from shared.runtime.storage import Storage

AUDIO = b"RIFF" * 50_000


@pytest.fixture(scope="module")
def bucket(storage: StorageAddress, storage_bucket: str) -> Storage:
    settings = StorageSettings.model_validate(
        {
            "storage_endpoint": storage.endpoint,
            "storage_public_endpoint": "https://storage.example.org",
            "storage_access_key": storage.access_key,
            "storage_secret_key": storage.secret_key,
            "storage_bucket": storage_bucket,
        }
    )
    return Storage(settings)


def signed(bucket: Storage, key: str, size: int) -> tuple[str, SignedPart]:
    upload_id = bucket.multipart.create(key)
    url = bucket.sign_part(key, upload_id, 1, size, 60)
    assert httpx.URL(url).host == "storage.example.org"
    return upload_id, SignedPart(part_number=1, url=url, headers={}, size=size, expires_at=now())


def test_the_signature_holds_at_the_inner_address(bucket: Storage, storage: StorageAddress) -> None:
    upload_id, part = signed(bucket, "a/b", len(AUDIO))
    send(part, io.BytesIO(AUDIO), storage.endpoint)
    (received,) = bucket.multipart.parts("a/b", upload_id)
    assert received.size == len(AUDIO)


def test_what_storage_refuses_is_told_without_the_address(
    bucket: Storage, storage: StorageAddress
) -> None:
    _, part = signed(bucket, "a/c", len(AUDIO) + 1)
    with pytest.raises(ArgotError) as refused:
        send(part, io.BytesIO(AUDIO), storage.endpoint)
    assert refused.value.code == "service-unavailable"
    assert "X-Amz" not in str(refused.value)
