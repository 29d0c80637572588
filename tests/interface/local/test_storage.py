"""The private storage takes objects from who has the keys, and from nobody else."""

import io
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from shared.runtime.local.storage import Storage, StorageAddress


def test_put_get_and_list(storage: StorageAddress, storage_bucket: str) -> None:
    client = storage.client()
    client.put_object(storage_bucket, "audio/one.wav", io.BytesIO(b"pcm"), 3)
    assert client.get_object(storage_bucket, "audio/one.wav").read() == b"pcm"
    names = [item.object_name for item in client.list_objects(storage_bucket, recursive=True)]
    assert names == ["audio/one.wav"]


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_anonymous_requests_are_refused(
    storage: StorageAddress, storage_bucket: str, method: str
) -> None:
    request = urllib.request.Request(
        f"{storage.endpoint}/{storage_bucket}/file", data=b"x", method=method
    )
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request, timeout=10)


def test_a_killed_storage_comes_back_with_its_objects_and_leaves_no_socket(tmp_path: Path) -> None:
    with Storage(tmp_path) as storage:
        client = storage.address.client()
        client.make_bucket("kept")
        client.put_object("kept", "object", io.BytesIO(b"data"), 4)
        storage.kill()
        storage.start()
        assert client.get_object("kept", "object").read() == b"data"
        port = storage.address.port
    assert not list(Path("/tmp").glob(f"seaweedfs-*-{port}.sock"))
