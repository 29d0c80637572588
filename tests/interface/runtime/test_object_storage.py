"""The storage client against the server that we ship."""

import hashlib
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from minio.datatypes import Part

from shared.runtime.database import now
from shared.runtime.local.storage import Storage as StorageServer
from shared.runtime.local.storage import StorageAddress
from shared.runtime.settings import StorageSettings
from shared.runtime.storage import (
    ObjectMissing,
    PartRefused,
    Storage,
    StorageUnavailable,
    UploadMissing,
    multipart,
    new_key,
)
from shared.runtime.unwanted import Unwanted


def settings(address: StorageAddress, bucket: str, **more: str) -> StorageSettings:
    return StorageSettings.model_validate(
        {
            "storage_endpoint": address.endpoint,
            "storage_access_key": address.access_key,
            "storage_secret_key": address.secret_key,
            "storage_bucket": bucket,
            **more,
        }
    )


@pytest.fixture(scope="module")
def client(storage: StorageAddress, storage_bucket: str) -> Iterator[Storage]:
    public = f"http://localhost:{storage.port}"
    return Storage(settings(storage, storage_bucket, storage_public_endpoint=public))


def test_files_come_back_with_their_digest(client: Storage, tmp_path: Path) -> None:
    data = b"0123456789abcdef" * 2_500_000  # three parts
    (tmp_path / "in").write_bytes(data)
    put = client.put_file("files/a", tmp_path / "in")
    assert put.sha256 == hashlib.sha256(data).hexdigest()
    assert client.get_file("files/a", tmp_path / "out") == put
    assert (tmp_path / "out").read_bytes() == data
    assert client.stat("files/a").size == put.size == len(data)
    (tmp_path / "empty").touch()
    client.put_file("files/b", tmp_path / "empty")
    assert [found.key for found in client.list_prefix("files/")] == ["files/a", "files/b"]
    client.remove("files/a")
    client.remove("files/a")
    with pytest.raises(ObjectMissing):
        client.stat("files/a")
    with pytest.raises(ObjectMissing):
        client.get_file("files/a", tmp_path / "out")


def test_a_fetch_ends_when_nobody_wants_it(client: Storage, tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(bytes(5_000_000))
    client.put_file("files/c", tmp_path / "in")
    unwanted = threading.Event()
    unwanted.set()
    with pytest.raises(Unwanted):
        client.get_file("files/c", tmp_path / "out", unwanted)
    assert (tmp_path / "out").stat().st_size == 0
    unwanted.clear()
    assert client.get_file("files/c", tmp_path / "out", unwanted).size == 5_000_000


def test_a_signed_part_is_good_for_itself_only(client: Storage) -> None:
    key = new_key("signed", "../o", "m")
    upload_id = client.multipart.create(key)
    url = client.sign_part(key, upload_id, 1, 10, 60)
    assert url.startswith("http://localhost:")
    assert httpx.put(url, content=b"x" * 9).status_code == 403
    assert httpx.put(url, content=b"x" * 11).status_code == 403
    assert httpx.put(url, content=iter([b"x" * 10])).status_code == 403
    assert httpx.get(url).status_code == 403
    assert httpx.delete(url).status_code == 403
    assert httpx.put(url.replace("partNumber=1", "partNumber=2"), content=b"x" * 10).is_error
    assert httpx.put(url.split("?", 1)[0], content=b"x" * 10).status_code == 403
    assert client.multipart.parts(key, upload_id) == []
    assert httpx.put(url, content=b"x" * 10).status_code == 200


def test_a_signed_url_expires(client: Storage, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    client.put_file("expiring", tmp_path / "a")
    short = client.sign_download("expiring", "a.txt", 1)
    assert httpx.get(client.sign_download("expiring", "a.txt", 60)).content == b"a"
    time.sleep(2.1)
    assert httpx.get(short).status_code == 403


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("talk.m4a", "attachment; filename=\"talk.m4a\"; filename*=UTF-8''talk.m4a"),
        (
            'a"b\r\nX: y.wav',
            "attachment; filename=\"a_bX: y.wav\"; filename*=UTF-8''a%22bX%3A%20y.wav",
        ),
        ("日é.wav", "attachment; filename=\"__.wav\"; filename*=UTF-8''%E6%97%A5%C3%A9.wav"),
        ("%41\\.wav", "attachment; filename=\"_41_.wav\"; filename*=UTF-8''%2541_.wav"),
        (
            "../..\\C:/a.wav",
            "attachment; filename=\".._.._C:_a.wav\"; filename*=UTF-8''.._.._C%3A_a.wav",
        ),
        ("a\u202evaw.exe", "attachment; filename=\"avaw.exe\"; filename*=UTF-8''avaw.exe"),
        ("..", "attachment; filename=\"download\"; filename*=UTF-8''download"),
        ("\n", "attachment; filename=\"download\"; filename*=UTF-8''download"),
    ],
)
def test_downloads_bear_the_name_and_nothing_else(
    client: Storage, tmp_path: Path, name: str, header: str
) -> None:
    (tmp_path / "a").write_bytes(b"a")
    client.put_file("named", tmp_path / "a")
    answer = httpx.get(client.sign_download("named", name, 60))
    assert answer.headers["content-disposition"] == header
    assert "x" not in answer.headers


def test_parts_are_listed_once_over_all_pages(client: Storage) -> None:
    upload_id = client.multipart.create("many")
    with httpx.Client() as http:
        for number in [*range(1, 1004), 5, 5, 1003]:
            http.put(client.sign_part("many", upload_id, number, 3, 60), content=b"abc")
    parts = client.multipart.parts("many", upload_id)
    assert [part.part_number for part in parts] == list(range(1, 1004))
    client.multipart.abort("many", upload_id)
    with pytest.raises(UploadMissing):
        client.multipart.parts("many", upload_id)


def test_a_part_that_changed_is_refused(client: Storage) -> None:
    upload_id = client.multipart.create("changed")
    httpx.put(client.sign_part("changed", upload_id, 1, 3, 60), content=b"abc")
    with pytest.raises(PartRefused):
        client.multipart.complete("changed", upload_id, [Part(1, "0" * 32)])
    client.multipart.complete("changed", upload_id, client.multipart.parts("changed", upload_id))
    with pytest.raises(UploadMissing):
        client.multipart.parts("changed", upload_id)
    assert client.stat("changed").size == 3


def test_pending_uploads_are_listed_over_all_pages(
    client: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(multipart, "PAGE", 2)
    begun = now()
    ids = {f"pending/{number}": client.multipart.create(f"pending/{number}") for number in range(5)}
    client.multipart.create("elsewhere")
    found = list(client.multipart.pending("pending/"))
    assert {each.key: each.upload_id for each in found} == ids
    assert len(found) == 5
    assert all(abs(each.begun_at - begun) < timedelta(seconds=60) for each in found)
    client.multipart.abort("pending/3", ids.pop("pending/3"))
    assert {each.key for each in client.multipart.pending("pending/")} == ids.keys()


def test_keys_are_random_and_cannot_leave_their_folder() -> None:
    first, second = new_key("datasets", "..", "a/b"), new_key("datasets", "..", "a/b")
    assert first != second
    assert first.rpartition("/")[0] == "datasets/%2E%2E/a%2Fb"


def test_an_outage_is_told_soon_and_waited_for(tmp_path: Path) -> None:
    with StorageServer(tmp_path) as server:
        client = Storage(settings(server.address, "outage"))
        client.ensure_bucket()
        client.ensure_bucket()
        client.ping()
        server.kill()
        started = time.monotonic()
        with pytest.raises(StorageUnavailable):
            client.ping()
        assert time.monotonic() - started < 10
        server.start()
        client.ensure_bucket()
        client.ping()
