"""Jobs until they are queued: no worker runs here."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.errors import ArgotError
from shared.events.transcriber import TranscriptionQueued
from shared.rpc.contract import Idempotency
from shared.rpc.transcriber import (
    AbortAudioUpload,
    GetAudioUpload,
    OpenedTranscription,
    OpenTranscription,
    SignAudioParts,
)
from shared.rpc.uploads import MAX_FILE_SIZE, PART_SIZE, ReceivedPart
from shared.runtime.testing.calls import TestCaller
from shared.runtime.testing.events import Tap

from .conftest import FRENCH, Client


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(ArgotError) as caught:
        action()
    return caught.value.code


def abort(client: Client, upload_id: str) -> None:
    client.call(AbortAudioUpload(organisation_id=client.organisation_id, upload_id=upload_id))


def test_a_job_waits_for_its_audio(client: Client) -> None:
    opened = client.open("talk.mkv", PART_SIZE + 1)
    assert (opened.part_size, opened.part_count) == (PART_SIZE, 2)
    job = client.state(opened.id)
    assert (job.status, job.language, job.progress) == ("uploading", "fr-CA", 0.0)
    assert (job.duration, job.failure) == (None, None)
    assert code_of(lambda: client.result(opened.id)) == "not-ready-to-run"
    assert code_of(lambda: client.complete(opened.upload_id)) == "upload-incomplete"
    assert code_of(lambda: client.audio(opened.id)) == "not-ready-to-run"


def test_the_recording_can_be_heard_once_it_is_there(client: Client) -> None:
    job = client.submit(b"0123456789", "Un, deux; trois.wav")
    assert client.audio(job) == b"0123456789"
    assert code_of(lambda: client.audio(job, "alignment")) == "not-found"
    client.organisation_id = "globex"
    assert code_of(lambda: client.audio(job)) == "not-found"


def test_an_idempotency_key_opens_one_job(client: Client, amqp_url: str) -> None:
    def request(digest: str = "d") -> OpenTranscription:
        return OpenTranscription(
            organisation_id="acme",
            target=FRENCH,
            name="talk.wav",
            size=10,
            idempotency=Idempotency(key="k", digest=digest),
        )

    def opened(_: int) -> OpenedTranscription:
        with TestCaller(amqp_url) as call:
            return call(request())

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(opened, range(8)))
    assert len({each.id for each in answers}) == 1
    client.send(answers[0].upload_id, b"0123456789")
    client.complete(answers[0].upload_id)
    assert client.call(request()) == answers[0]
    assert code_of(lambda: client.call(request("d2"))) == "invalid-request"


def test_refused_files(client: Client) -> None:
    assert code_of(lambda: client.open("talk.srt", 10)) == "unsupported-file-type"
    assert code_of(lambda: client.open("talk.wav", 0)) == "invalid-request"
    assert code_of(lambda: client.open("talk.wav", MAX_FILE_SIZE + 1)) == "file-too-large"


def test_complete_queues_once(client: Client, tap: Tap) -> None:
    opened = client.open("talk.wav", 10)
    client.send(opened.upload_id, b"0123456789")
    request = GetAudioUpload(organisation_id="acme", upload_id=opened.upload_id)
    assert client.call(request).received == [ReceivedPart(part_number=1, size=10)]
    first = client.complete(opened.upload_id)
    assert (first.id, first.status) == (opened.id, "queued")
    assert client.complete(opened.upload_id) == first
    assert client.call(request).status == "completed"
    assert code_of(lambda: abort(client, opened.upload_id)) == "upload-not-found"
    assert code_of(lambda: client.result(opened.id)) == "not-ready-to-run"
    queued = TranscriptionQueued(
        organisation_id="acme", transcription_id=opened.id, language="fr-CA", name="talk.wav"
    )
    tap.wait_for(bool)
    assert tap.wait(0.5) == [queued]


def test_an_aborted_upload_takes_the_job_with_it(client: Client) -> None:
    opened = client.open("talk.wav", 10)
    abort(client, opened.upload_id)
    abort(client, opened.upload_id)
    assert code_of(lambda: client.state(opened.id)) == "not-found"
    assert code_of(lambda: client.complete(opened.upload_id)) == "upload-not-found"
    assert code_of(lambda: client.send(opened.upload_id, b"0")) == "upload-not-found"


def test_another_organisation_finds_nothing(client: Client, amqp_url: str) -> None:
    opened = client.open("talk.wav", 10)
    with TestCaller(amqp_url) as call:
        stranger = Client(call, "globex")
        assert code_of(lambda: stranger.state(opened.id)) == "not-found"
        assert code_of(lambda: stranger.result(opened.id)) == "not-found"
        sign = SignAudioParts(
            organisation_id="globex", upload_id=opened.upload_id, part_numbers=[1]
        )
        assert code_of(lambda: call(sign)) == "upload-not-found"
        get = GetAudioUpload(organisation_id="globex", upload_id=opened.upload_id)
        assert code_of(lambda: call(get)) == "upload-not-found"
        assert code_of(lambda: stranger.complete(opened.upload_id)) == "upload-not-found"
        assert code_of(lambda: abort(stranger, opened.upload_id)) == "upload-not-found"
    assert client.state(opened.id).status == "uploading"
