"""Real speech through real weights, and what must not disturb it."""

import json
import tarfile
from pathlib import Path
from statistics import median
from typing import Any

import jiwer
import numpy as np
import pytest
from faster_whisper import BatchedInferencePipeline, WhisperModel

from argot.corpus import Prompt
from services.transcriber.adapters.recogniser import DEVICES, OPTIONS
from shared.errors import ArgotError
from shared.events.catalog import CustomModelDeleted, CustomModelDisabled
from shared.events.contract import Event
from shared.events.data import StoredFile
from shared.events.transcriber import (
    TranscriptionFailed,
    TranscriptionQueued,
    TranscriptionSucceeded,
)
from shared.runtime.media.convert import decode_pcm
from shared.runtime.settings import StorageSettings
from shared.runtime.storage import Storage
from shared.runtime.testing.events import Tap, publish
from shared.runtime.testing.servers import ON_POSTGRESQL

from .conftest import Client, custom, wait_until

pytestmark = [pytest.mark.usefixtures("worker"), ON_POSTGRESQL]

ENDS = (TranscriptionSucceeded, TranscriptionFailed)


def end_of(tap: Tap, job_id: str) -> Event:
    """The event that ends the job."""

    def ends(events: list[Event]) -> list[Event]:
        return [each for each in events if each.subject == job_id and isinstance(each, ENDS)]

    (event,) = ends(tap.wait_for(lambda events: bool(ends(events)), timeout=120))
    return event


def plain(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.lower()).split())


@pytest.fixture(scope="module")
def artifact(
    whisper_base: Path, storage_settings: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> StoredFile:
    """The base model as the trainer would store a custom one."""
    path = tmp_path_factory.mktemp("artifact") / "model.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=0) as archive:
        for file in whisper_base.iterdir():
            archive.add(file, file.name)
    storage = Storage(StorageSettings.model_validate(storage_settings))
    return storage.put_file("trainings/model.tar.gz", path)


def test_speech_becomes_text(client: Client, tap: Tap, french: list[Prompt]) -> None:
    clips = french[:3]
    jobs = [client.submit(clip.path.read_bytes(), clip.path.name) for clip in clips]
    ends = [end_of(tap, job) for job in jobs]
    assert [type(event) for event in ends] == [TranscriptionSucceeded] * 3
    texts = [json.loads(client.result(job).content)["text"] for job in jobs]
    assert jiwer.wer([plain(clip.text) for clip in clips], [plain(text) for text in texts]) < 0.6
    job, clip, text = client.state(jobs[0]), clips[0], texts[0]
    assert (job.status, job.progress, job.failure) == ("succeeded", 100.0, None)
    assert job.duration == pytest.approx(clip.seconds, abs=0.05)
    assert ends[0].duration == job.duration  # type: ignore[attr-defined]
    assert [type(event) for event in tap.events if event.subject == job.id] == [
        TranscriptionQueued,
        TranscriptionSucceeded,
    ]
    (segment, *_) = json.loads(client.result(job.id).content)["segments"]
    assert "".join(word["word"] for word in segment["words"]).strip() == segment["text"]
    for timed in (segment, *segment["words"]):
        assert 0 <= timed["start"] <= timed["end"] <= job.duration
        assert 0 < timed["probability"] <= 1
    lines = client.result(job.id, "txt").content.split("\n")
    assert " ".join(filter(None, lines)) == text
    assert client.result(job.id, "srt").content.startswith("1\n00:00:00,")
    assert client.result(job.id, "vtt").content.startswith("WEBVTT\n\n00:00:00.")


def faster_whispers(audio: bytes, model_dir: Path, folder: Path) -> list[Any]:
    """The words of its batched pipeline with our options."""
    source, pcm = folder / "speech.wav", folder / "speech.pcm"
    source.write_bytes(audio)
    decode_pcm(source, pcm)
    device = DEVICES["cpu"]
    model = WhisperModel(
        str(model_dir), device="cpu", compute_type=device.compute_type, cpu_threads=1
    )
    waveform = np.fromfile(pcm, dtype="<i2").astype(np.float32) / 32768
    heard, _ = BatchedInferencePipeline(model).transcribe(
        waveform, language="fr", batch_size=device.batch, **OPTIONS
    )
    return [word for each in heard for word in each.words or ()]


def words_of(client: Client, tap: Tap, job_id: str) -> list[dict[str, Any]]:
    """What the system hears, word by word."""
    assert isinstance(end_of(tap, job_id), TranscriptionSucceeded)
    document = json.loads(client.result(job_id).content)
    words = [word for segment in document["segments"] for word in segment["words"]]
    assert document["text"].split() == "".join(each["word"] for each in words).split()
    return words


def test_the_text_of_a_clip_is_that_of_faster_whisper(
    client: Client, tap: Tap, french: list[Prompt], whisper_base: Path, tmp_path: Path
) -> None:
    for number, prompt in enumerate(french[:3]):
        audio = prompt.path.read_bytes()
        words = words_of(client, tap, client.submit(audio))
        folder = tmp_path / str(number)
        folder.mkdir()
        expected = faster_whispers(audio, whisper_base, folder)
        assert [word["word"] for word in words] == [each.word for each in expected]


def test_a_recordings_text_has_all_that_faster_whisper_hears(
    client: Client, tap: Tap, speech: bytes, whisper_base: Path, tmp_path: Path
) -> None:
    words = words_of(client, tap, client.submit(speech))
    expected = faster_whispers(speech, whisper_base, tmp_path)
    # In order, and between them what faster-whisper leaves without words.
    rest = iter(words)
    found = [next(word for word in rest if word["word"] == each.word) for each in expected]
    assert len(words) < 1.2 * len(expected)
    # A window's first word may begin elsewhere: faster-whisper corrects it by the window before.
    apart = [abs(each["start"] - its.start) for each, its in zip(found, expected, strict=True)]
    assert median(apart) < 0.02


def test_hostile_audio_fails_alone(client: Client, tap: Tap, french: list[Prompt]) -> None:
    playlist = b"#EXTM3U\n#EXTINF:10,\n/etc/hostname\n"
    hostile = client.submit(playlist, "talk.wav")
    empty = client.submit(french[0].path.read_bytes()[:44], "talk.wav")
    good = client.submit(french[0].path.read_bytes())
    for job in (hostile, empty):
        event = end_of(tap, job)
        assert isinstance(event, TranscriptionFailed)
        assert event.code == "unreadable-audio"
        state = client.state(job)
        assert state.status == "failed"
        assert state.failure is not None
        assert state.failure.code == event.code
        with pytest.raises(ArgotError) as refusal:
            client.result(job)
        assert refusal.value.code == "not-ready-to-run"
    assert isinstance(end_of(tap, good), TranscriptionSucceeded)
    assert client.audio(good) == french[0].path.read_bytes()
    assert client.audio(hostile) == playlist


def test_a_custom_model_serves_what_was_accepted_until_it_is_deleted(
    client: Client,
    tap: Tap,
    artifact: StoredFile,
    french: list[Prompt],
    environment: dict[str, str],
) -> None:
    audio, target = french[0].path.read_bytes(), custom(artifact)
    kept = Path(environment["ARGOT_CACHE_DIR"], "artifacts")
    unpacked = kept / f"{target.model_id}.{artifact.sha256}"
    assert target.model_id is not None
    off = CustomModelDisabled(organisation_id="acme", model_id=target.model_id, reason="Hosting")
    publish(environment["ARGOT_AMQP_URL"], off)
    assert isinstance(end_of(tap, client.submit(audio, target=target)), TranscriptionSucceeded)
    assert (unpacked / "model.bin").is_file()
    late = client.open("talk.wav", len(audio), target)
    client.send(late.upload_id, audio)
    gone = CustomModelDeleted(organisation_id="acme", model_id=target.model_id)
    publish(environment["ARGOT_AMQP_URL"], gone)
    wait_until(lambda: not unpacked.exists())
    client.complete(late.upload_id)
    event = end_of(tap, late.id)
    assert isinstance(event, TranscriptionFailed)
    assert event.code == "custom-model-not-found"


def test_an_artifact_of_another_digest_is_refused(
    client: Client, tap: Tap, artifact: StoredFile, french: list[Prompt]
) -> None:
    forged = artifact.model_copy(update={"sha256": "0" * 64})
    job = client.submit(french[0].path.read_bytes(), target=custom(forged))
    event = end_of(tap, job)
    assert isinstance(event, TranscriptionFailed)
    assert event.code == "custom-model-unreadable"
