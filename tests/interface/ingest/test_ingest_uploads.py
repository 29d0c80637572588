"""Uploads until the row exists: no worker runs here."""

import hashlib
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from shared.errors import ArgotError
from shared.rpc.contract import Idempotency
from shared.rpc.ingest import (
    AbortUpload,
    CompleteUpload,
    DatasetsState,
    DeleteDataset,
    DownloadDataset,
    GetDatasetsState,
    GetUpload,
    ListDatasets,
    NamedFile,
    OpenUploads,
)
from shared.rpc.uploads import PART_SIZE, SignedPart, UploadState
from shared.runtime.storage import Storage
from shared.runtime.testing.calls import TestCaller
from shared.runtime.testing.ingest import Client
from shared.runtime.testing.processes import ServiceProcess

TWO_PARTS = PART_SIZE + 1000


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(ArgotError) as caught:
        action()
    return caught.value.code


def state(client: Client, upload_id: str) -> UploadState:
    return client.call(GetUpload(organisation_id=client.organisation_id, upload_id=upload_id))


def abort(client: Client, upload_id: str) -> None:
    client.call(AbortUpload(organisation_id=client.organisation_id, upload_id=upload_id))


def batch(client: Client, digest: str = "d", *names: str) -> OpenUploads:
    files = [NamedFile(name=name, size=10) for name in names or ("a.wav", "b.exe", "nul\0.wav")]
    return OpenUploads(
        organisation_id=client.organisation_id,
        model_id=client.model_id,
        type="auto",
        files=files,
        idempotency=Idempotency(key=f"{client.model_id} {digest[:1]}", digest=digest),
    )


def test_a_batch_under_an_idempotency_key_is_opened_once(client: Client) -> None:
    opened = client.call(batch(client))
    client.send(str(opened.items[0].upload_id), b"0123456789")
    client.complete(str(opened.items[0].upload_id))  # its name is taken from now on
    assert client.call(batch(client)) == opened
    assert code_of(lambda: client.call(batch(client, "d2", "c.wav"))) == "invalid-request"


def test_twins_open_one_upload(client: Client, amqp_url: str, bucket: Storage) -> None:
    def opened(_: int) -> str:
        with TestCaller(amqp_url) as call:
            return str(call(batch(client)).items[0].upload_id)

    with ThreadPoolExecutor(6) as pool:
        ids = set(pool.map(opened, range(12)))
    assert len(ids) == 1
    folder = f"datasets/acme/{client.model_id}/"
    assert len(list(bucket.multipart.pending(folder))) == 1
    client.send(ids.pop(), b"0123456789")


def test_faults_of_one_file_are_items_in_order(client: Client) -> None:
    client.upload("known.m4a", b"x")
    items = client.open(
        ("a.wav", 10),
        ("known.m4a", 10),
        ("known.mkv", 10),
        ("a.wav", 10),
        ("a.exe", 10),
        ("b.wav", 10 * 1024**3 + 1),
        ("c.wav", 0),
        ("clip (1).MP4", TWO_PARTS),
        ("m.jsonl", 5),
        ("nul\x00.wav", 5),
    )
    assert [(item.status, item.reason or item.code) for item in items] == [
        ("created", None),
        ("skipped", "duplicate"),
        ("skipped", "duplicate"),
        ("skipped", "duplicate"),
        ("rejected", "unsupported-file-type"),
        ("rejected", "file-too-large"),
        ("rejected", "invalid-request"),
        ("created", None),
        ("created", None),
        ("rejected", "invalid-request"),
    ]
    assert (items[7].part_size, items[7].part_count) == (52_428_800, 2)
    (item,) = client.open(("m2.jsonl", 5), chosen="TRANSCRIPT")
    assert item.code == "unsupported-file-type"


def test_batch_of_over_100_files_is_refused(client: Client) -> None:
    batch = [(f"{number}.wav", 1) for number in range(101)]
    assert code_of(lambda: client.open(*batch)) == "batch-too-large"
    assert len(client.open(*batch[:100])) == 100


def test_storage_refuses_a_body_of_another_length(client: Client) -> None:
    upload_id = client.open_one("a.wav", 100)
    (part,) = client.sign(upload_id, 1)
    assert part.size == 100

    def chunked() -> object:
        yield b"x" * 100

    for body in (b"x" * 99, b"x" * 101, chunked()):
        assert httpx.put(part.url, content=body).status_code == 403  # type: ignore[arg-type]
    assert state(client, upload_id).received == []


def test_incomplete_upload_says_what_is_missing_and_resumes(client: Client) -> None:
    upload_id = client.open_one("long.wav", TWO_PARTS)
    _, last = client.sign(upload_id, 1, 2)
    assert last.size == 1000
    assert httpx.put(last.url, content=b"x" * 1000).status_code == 200
    assert httpx.put(last.url, content=b"y" * 1000).status_code == 200

    with pytest.raises(ArgotError) as caught:
        client.complete(upload_id)
    assert (caught.value.code, caught.value.detail) == (
        "upload-incomplete",
        "Parts missing of 2: 1",
    )

    found = state(client, upload_id)
    assert (found.status, found.size, found.part_size) == ("open", TWO_PARTS, PART_SIZE)
    assert [(part.part_number, part.size) for part in found.received] == [(2, 1000)]

    (first,) = client.sign(upload_id, 1)
    assert httpx.put(first.url, content=b"x" * PART_SIZE, timeout=60).status_code == 200
    row = client.complete(upload_id)
    assert (row.status, row.size, row.type) == ("processing", TWO_PARTS, "AUDIO")
    assert row.url == f"/api/v1/custom-models/{client.model_id}/datasets/{row.id}/download"
    done = state(client, upload_id)
    assert (done.status, done.dataset_id, len(done.received)) == ("completed", row.id, 2)
    assert httpx.put(first.url, content=b"z" * PART_SIZE, timeout=60).status_code == 404


def test_parts_may_come_in_any_order_again_and_at_once(
    client: Client, bucket: Storage, tmp_path: Path
) -> None:
    data = random.Random(7).randbytes(TWO_PARTS)
    upload_id = client.open_one("long.wav", TWO_PARTS)
    first, last = client.sign(upload_id, 1, 2)

    def put(part: SignedPart) -> int:
        start = (part.part_number - 1) * PART_SIZE
        body = data[start : start + part.size]
        return httpx.put(part.url, content=body, timeout=60).status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(put, [last, last, first, last])) == {200}
    assert put(last) == 200
    assert [part.part_number for part in state(client, upload_id).received] == [1, 2]
    client.complete(upload_id)
    (stored,) = bucket.list_prefix(f"datasets/acme/{client.model_id}/")
    digest = bucket.get_file(stored.key, tmp_path / "stored").sha256
    assert digest == hashlib.sha256(data).hexdigest()


def test_a_part_of_another_body_counts_once_and_whole(
    client: Client, bucket: Storage, tmp_path: Path
) -> None:
    upload_id = client.open_one("a.wav", 3)
    for body in (b"aaa", b"bbb"):
        client.send(upload_id, body)
    assert [part.size for part in state(client, upload_id).received] == [3]
    client.complete(upload_id)
    (stored,) = bucket.list_prefix(f"datasets/acme/{client.model_id}/")
    bucket.get_file(stored.key, tmp_path / "stored")
    assert (tmp_path / "stored").read_bytes() in {b"aaa", b"bbb"}


def test_completing_again_gives_the_same_answer(client: Client) -> None:
    upload_id = client.open_one("a.wav", 3)
    client.send(upload_id, b"abc")
    first = client.complete(upload_id)
    assert client.complete(upload_id) == first
    assert list(client.rows().values()) == [first]


def test_complete_after_a_death_between_storage_and_commit(
    client: Client, bucket: Storage, storage_bucket: str
) -> None:
    upload_id = client.open_one("a.wav", 3)
    client.send(upload_id, b"abc")
    (part,) = client.sign(upload_id, 1)
    url = httpx.URL(part.url)
    key, multipart_id = url.path.removeprefix(f"/{storage_bucket}/"), url.params["uploadId"]
    bucket.multipart.complete(key, multipart_id, bucket.multipart.parts(key, multipart_id))

    assert len(state(client, upload_id).received) == 1
    assert client.complete(upload_id).status == "processing"


def test_of_racing_uploads_the_first_to_complete_wins(
    client: Client, amqp_url: str, bucket: Storage
) -> None:
    racers = [client.open_one("talk.mp4", 3), client.open_one("talk.m4a", 3)]
    racers.append(client.open_one("talk.mov", 3))
    for upload_id in racers:
        client.send(upload_id, b"abc")

    def complete(upload_id: str) -> str:
        with TestCaller(amqp_url) as call:
            request = CompleteUpload(organisation_id=client.organisation_id, upload_id=upload_id)
            return call(request).id

    with ThreadPoolExecutor(3) as pool:
        ids = set(pool.map(complete, racers))
    assert len(ids) == 1
    assert [row.id for row in client.rows().values()] == list(ids)
    assert {client.complete(upload_id).id for upload_id in racers} == ids
    assert len(list(bucket.list_prefix(f"datasets/acme/{client.model_id}/"))) == 1


def test_twenty_completes_of_one_upload_make_one_row(client: Client, amqp_url: str) -> None:
    upload_id = client.open_one("a.wav", 3)
    client.send(upload_id, b"abc")

    def complete(_: int) -> str:
        with TestCaller(amqp_url) as call:
            request = CompleteUpload(organisation_id=client.organisation_id, upload_id=upload_id)
            return call(request).id

    with ThreadPoolExecutor(10) as pool:
        assert len(set(pool.map(complete, range(20)))) == 1
    assert len(client.rows()) == 1


def test_an_aborted_upload_is_gone(client: Client, bucket: Storage) -> None:
    upload_id = client.open_one("a.wav", 3)
    client.send(upload_id, b"abc")
    abort(client, upload_id)
    abort(client, upload_id)
    assert state(client, upload_id).status == "aborted"
    assert list(bucket.list_prefix(f"datasets/acme/{client.model_id}/")) == []
    assert code_of(lambda: client.sign(upload_id, 1)) == "upload-not-found"
    assert code_of(lambda: client.complete(upload_id)) == "upload-not-found"
    completed = client.open_one("a.wav", 3)
    client.send(completed, b"abc")
    client.complete(completed)
    assert code_of(lambda: abort(client, completed)) == "upload-not-found"


@pytest.mark.parametrize("numbers", [(0,), (3,), (-1,), (1, 1), (1, 2, 3)])
def test_part_numbers_outside_the_file_are_refused(client: Client, numbers: tuple[int]) -> None:
    upload_id = client.open_one("a.wav", TWO_PARTS)
    assert code_of(lambda: client.sign(upload_id, *numbers)) == "invalid-request"


def test_another_organisation_sees_nothing(client: Client) -> None:
    upload_id = client.open_one("a.wav", 3)
    client.send(upload_id, b"abc")
    other = Client(client.call, "evil")
    other.model_id = client.model_id
    for action in (
        lambda: other.sign(upload_id, 1),
        lambda: other.complete(upload_id),
        lambda: state(other, upload_id),
        lambda: abort(other, upload_id),
    ):
        assert code_of(action) == "upload-not-found"
    row = client.complete(upload_id)
    assert other.rows() == {}
    mine = {"organisation_id": "evil", "model_id": client.model_id}
    for request in (
        DownloadDataset(**mine, dataset_id=row.id),
        DeleteDataset(**mine, dataset_id=row.id),
    ):
        assert code_of(lambda request=request: client.call(request)) == "dataset-not-found"  # type: ignore[misc]
    assert client.call(GetDatasetsState(**mine)) == DatasetsState(revision=0, processing=0)
    assert other.open(("a.wav", 3))[0].status == "created"
    assert client.rows()["a.wav"].id == row.id


def test_rows_come_in_pages_newest_first(client: Client) -> None:
    names = [f"{number}.txt" for number in range(5)]
    for name in names:
        client.upload(name, b"x")
    listed, cursor = [], None
    while True:
        page = client.call(
            ListDatasets(organisation_id="acme", model_id=client.model_id, limit=2, cursor=cursor)
        )
        listed += [row.name for row in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert listed == names[::-1]
    bad = ListDatasets(organisation_id="acme", model_id=client.model_id, cursor="nonsense")
    assert code_of(lambda: client.call(bad)) == "invalid-request"


def test_a_file_in_work_cannot_be_downloaded_but_deleted(client: Client) -> None:
    row = client.upload("a.wav", b"abc")
    mine = {"organisation_id": "acme", "model_id": client.model_id}
    download = DownloadDataset(**mine, dataset_id=row.id)
    assert code_of(lambda: client.call(download)) == "not-ready-to-run"
    assert client.call(GetDatasetsState(**mine)) == DatasetsState(revision=0, processing=1)
    client.call(DeleteDataset(**mine, dataset_id=row.id))
    assert client.call(GetDatasetsState(**mine)) == DatasetsState(revision=1, processing=0)
    assert code_of(lambda: client.call(download)) == "dataset-not-found"
    assert client.open(("a.wav", 3))[0].status == "created"


def test_video_without_ffmpeg_is_refused(
    environment: dict[str, str], service: ServiceProcess, logs: Path, amqp_url: str, tmp_path: Path
) -> None:
    service.kill()
    try:
        without = {**environment, "PATH": str(tmp_path)}
        with ServiceProcess("services.ingest", without, logs), TestCaller(amqp_url) as call:
            client = Client(call)
            assert code_of(lambda: client.open(("a.mp4", 5), ("b.wav", 5))) == "ffmpeg_unavailable"
            assert client.open(("b.wav", 5))[0].status == "created"
    finally:
        service.start()


def test_completing_again_after_a_deletion_leaves_the_object_to_trainings(
    client: Client, bucket: Storage
) -> None:
    upload_id = client.open_one("a.wav", 3)
    client.send(upload_id, b"abc")
    row = client.complete(upload_id)
    mine = {"organisation_id": "acme", "model_id": client.model_id}
    client.call(DeleteDataset(**mine, dataset_id=row.id))
    assert code_of(lambda: client.complete(upload_id)) == "upload-not-found"
    assert len(list(bucket.list_prefix(f"datasets/acme/{client.model_id}/"))) == 1
