"""From a completed upload to a row that is ready or failed, and its event on the bus."""

import hashlib
import json
from collections.abc import Callable
from urllib.parse import unquote

import httpx
import pytest
from uuid6 import uuid7

from shared.errors import ArgotError
from shared.events.catalog import CustomModelDeleted
from shared.events.contract import Event
from shared.events.data import AudioLevels, TextFacts
from shared.events.ingest import DatasetDeleted, DatasetRejected, DatasetUploaded
from shared.rpc.ingest import (
    CompleteUpload,
    DatasetsState,
    DeleteDataset,
    DownloadDataset,
    GetDatasetsState,
)
from shared.runtime.storage import Storage
from shared.runtime.testing.calls import TestCaller
from shared.runtime.testing.events import Tap, publish
from shared.runtime.testing.ingest import Client
from shared.runtime.testing.processes import ServiceProcess

pytestmark = pytest.mark.usefixtures("worker")

SRT = b"2\n00:00:05,000 --> 00:00:07,500\nworld\n\n1\n00:00:01,250 --> 00:00:02,000\nhello\n"

FACTS = (
    {"characters": 10, "words": 2, "spoken_seconds": 3.25, "longest_label": 5},
    {"characters": 5, "words": 1, "spoken_seconds": None, "longest_label": 5},
)

Media = Callable[..., bytes]


def about(client: Client, events: list[Event]) -> list[Event]:
    return [event for event in events if event.subject == client.model_id]


def events_of(tap: Tap, client: Client, count: int) -> list[Event]:
    return about(client, tap.wait_for(lambda events: len(about(client, events)) >= count))


def fetch(client: Client, dataset_id: str) -> httpx.Response:
    request = DownloadDataset(
        organisation_id="acme", model_id=client.model_id, dataset_id=dataset_id
    )
    return httpx.get(client.call(request).url)


def state(client: Client) -> DatasetsState:
    return client.call(GetDatasetsState(organisation_id="acme", model_id=client.model_id))


def test_audio_becomes_ready(client: Client, tap: Tap, media: Media) -> None:
    data = media("talk.wav", 2.5)
    row = client.upload("My talk (1).wav", data)
    (event,) = events_of(tap, client, 1)
    assert event == DatasetUploaded(
        organisation_id="acme",
        model_id=client.model_id,
        dataset_id=row.id,
        name="My talk (1).wav",
        revision=1,
        type="AUDIO",
        storage_key=event.storage_key,  # type: ignore[attr-defined]
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        duration=2.5,
        start_time=0.0,
        end_time=2.5,
        cues=None,
        levels=AudioLevels(peak=0.124973, silence=0.0, clipping=0.0),
    )
    assert event.storage_key.startswith(f"datasets/acme/{client.model_id}/")  # type: ignore[attr-defined]
    ready = client.rows()[row.name]
    assert (ready.status, ready.duration, ready.start_time, ready.end_time) == (
        "ready",
        2.5,
        0.0,
        2.5,
    )
    answer = fetch(client, row.id)
    assert answer.content == data
    assert "My talk (1).wav" in answer.headers["content-disposition"]
    assert state(client) == DatasetsState(revision=1, processing=0)


def test_video_leaves_its_audio_only(
    client: Client, tap: Tap, media: Media, bucket: Storage
) -> None:
    video = media("talk.mp4", 2.0)
    row = client.upload("talk.mp4", video)
    assert row.name == "talk.m4a"
    (event,) = events_of(tap, client, 1)
    assert isinstance(event, DatasetUploaded)
    assert (event.name, event.type) == ("talk.m4a", "AUDIO")
    assert event.duration == pytest.approx(2.0, abs=0.1)
    answer = fetch(client, row.id)
    assert answer.content[4:8] == b"ftyp"
    assert len(answer.content) == event.size == client.rows()["talk.m4a"].size
    assert hashlib.sha256(answer.content).hexdigest() == event.sha256
    stored = list(bucket.list_prefix(f"datasets/acme/{client.model_id}/"))
    assert [found.key for found in stored] == [event.storage_key]
    assert "talk.m4a" in unquote(answer.headers["content-disposition"])
    assert [item.status for item in client.open(("talk.mp4", 5), ("talk.m4a", 5))] == [
        "skipped",
        "skipped",
    ]


def test_transcripts_and_manifests(client: Client, tap: Tap) -> None:
    texts = [{"audio": name, "text": "hello"} for name in ("b.wav", "x/a.wav", "b.wav")]
    manifest = "\n".join(map(json.dumps, texts)).encode()
    for name, data in (("a.srt", SRT), ("b.txt", b"hello"), ("c.jsonl", manifest)):
        client.upload(name, data)
    found = [each for each in events_of(tap, client, 3) if isinstance(each, DatasetUploaded)]
    rows = client.rows()
    assert [(rows[n].type, rows[n].start_time, rows[n].end_time) for n in sorted(rows)] == [
        ("TRANSCRIPT", 1.25, 7.5),
        ("TRANSCRIPT", None, None),
        ("MANIFEST", None, None),
    ]
    cues = {event.name: event.cues for event in found}
    assert cues == {"a.srt": 2, "b.txt": None, "c.jsonl": 3}
    facts = {event.name: (event.text, event.named, event.levels) for event in found}
    spoken, timeless = (TextFacts(language=None, **known) for known in FACTS)
    assert facts == {
        "a.srt": (spoken, None, None),
        "b.txt": (timeless, None, None),
        "c.jsonl": (
            timeless.model_copy(update={"characters": 15, "words": 3}),
            ["a.wav", "b.wav"],
            None,
        ),
    }


def test_a_transcript_tells_its_language(client: Client, tap: Tap) -> None:
    line = "Le patient a été admis pour une douleur thoracique et un essoufflement.\n"
    client.upload("a.txt", (line * 3).encode("utf-16"))
    (event,) = events_of(tap, client, 1)
    assert isinstance(event, DatasetUploaded)
    assert event.text is not None
    assert event.text.language == "fr"


def test_unusable_files_fail_alone(client: Client, tap: Tap, media: Media) -> None:
    playlist = b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n#EXT-X-ENDLIST\n"
    concat = b"ffconcat version 1.0\nfile upload.wav\n"
    bad = {
        "playlist.wav": playlist,
        "concat.wav": concat,
        "noise.mp3": b"\xff\xfb" * 500,
        "silent.mp4": media("silent.mp4", 1.0, "-an"),
        "broken.mkv": b"not a video",
        "empty.srt": b"\n\n",
        "none.vtt": b"WEBVTT\n\n",
        "binary.txt": b"\x00\x01\x00\x02" * 9 + b"\x00\x00",
        "bad.jsonl": b"[" * 10_000,
    }
    for name, data in bad.items():
        client.upload(name, data)
    client.upload("good.wav", media("good.wav"))
    events = events_of(tap, client, len(bad) + 1)
    assert [event.revision for event in events] == list(range(1, len(bad) + 2))  # type: ignore[attr-defined]
    rows = client.rows()
    assert rows.pop("good.wav").status == "ready"
    assert {row.status for row in rows.values()} == {"failed"}
    codes = {name: row.failure.code for name, row in rows.items() if row.failure}
    assert codes == {
        "playlist.wav": "unreadable-audio",
        "concat.wav": "unreadable-audio",
        "noise.mp3": "unreadable-audio",
        "silent.m4a": "no-audio-track",
        "broken.m4a": "unreadable-audio",
        "empty.srt": "empty-transcript",
        "none.vtt": "no-valid-cue",
        "binary.txt": "unreadable-transcript",
        "bad.jsonl": "invalid-manifest",
    }
    rejected = [event for event in events if isinstance(event, DatasetRejected)]
    assert {event.name: event.code for event in rejected} == codes
    assert [item.status for item in client.open(("none.vtt", 5))] == ["skipped"]


def test_deleting_makes_room_for_the_name(client: Client, tap: Tap) -> None:
    row = client.upload("a.txt", b"one")
    events_of(tap, client, 1)
    delete = DeleteDataset(organisation_id="acme", model_id=client.model_id, dataset_id=row.id)
    client.call(delete)
    assert client.rows() == {}
    with pytest.raises(ArgotError, match="dataset-not-found"):
        client.call(delete)
    again = client.upload("a.txt", b"two")
    events = events_of(tap, client, 3)
    assert [type(event) for event in events] == [DatasetUploaded, DatasetDeleted, DatasetUploaded]
    assert [event.revision for event in events] == [1, 2, 3]  # type: ignore[attr-defined]
    assert fetch(client, again.id).content == b"two"


def test_a_failed_row_keeps_its_name_until_it_is_deleted(client: Client, tap: Tap) -> None:
    row = client.upload("a.vtt", b"WEBVTT\n\n")
    events_of(tap, client, 1)
    assert client.rows()["a.vtt"].status == "failed"
    assert [item.status for item in client.open(("a.vtt", 3))] == ["skipped"]
    assert fetch(client, row.id).content == b"WEBVTT\n\n"

    client.call(DeleteDataset(organisation_id="acme", model_id=client.model_id, dataset_id=row.id))

    assert [item.status for item in client.open(("a.vtt", 3))] == ["created"]


def test_a_deleted_model_has_no_data_any_more(
    client: Client, tap: Tap, amqp_url: str, media: Media
) -> None:
    bystander = Client(client.call)
    bystander.upload("a.txt", b"hello")
    client.upload("a.txt", b"hello")
    client.upload("b.wav", media("b.wav"))
    pending = client.open_one("c.txt", 5)
    client.send(pending, b"hello")
    events_of(tap, client, 2)
    event = CustomModelDeleted(organisation_id="acme", model_id=client.model_id)
    publish(amqp_url, event)
    publish(amqp_url, event)
    events = events_of(tap, client, 4)
    assert [type(each) for each in events[2:]] == [DatasetDeleted, DatasetDeleted]
    assert [each.revision for each in events] == [1, 2, 3, 4]  # type: ignore[attr-defined]
    assert len(about(client, tap.wait(0.5))) == 4
    assert client.rows() == {}
    with pytest.raises(ArgotError, match="upload-not-found"):
        client.complete(pending)
    with pytest.raises(ArgotError, match="custom-model-not-found"):
        client.open(("d.txt", 5))
    assert list(bystander.rows()) == ["a.txt"]


def test_the_request_goes_on_in_the_event(client: Client, tap: Tap, amqp_url: str) -> None:
    upload_id = client.open_one("a.txt", 5)
    client.send(upload_id, b"hello")
    request_id = str(uuid7())
    request = CompleteUpload(organisation_id="acme", upload_id=upload_id)
    with TestCaller(amqp_url) as call:
        call(request, headers={"request_id": request_id})
    events_of(tap, client, 1)
    headers = tap.headers[[event.subject for event in tap.events].index(client.model_id)]
    assert headers["request_id"] == request_id


def test_two_workers_share_thirty_files(
    client: Client, tap: Tap, environment: dict[str, str], logs: object, media: Media
) -> None:
    with ServiceProcess("services.ingest.worker", environment, logs):  # type: ignore[arg-type]
        data = media("a.wav", 0.5)
        for number in range(30):
            client.upload(f"{number}.wav", data)
        events = events_of(tap, client, 30)
    assert [event.revision for event in events] == list(range(1, 31))  # type: ignore[attr-defined]
    assert len({event.dataset_id for event in events}) == 30  # type: ignore[attr-defined]
