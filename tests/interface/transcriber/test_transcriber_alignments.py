"""Alignments: jobs beside transcriptions, and real speech with its text."""

import io
import json
import wave
from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple

import numpy as np
import pytest
from sqlalchemy import select

from argot.corpus import Prompt
from services.transcriber.models import Transcription
from shared.errors import ArgotError
from shared.events.contract import Event
from shared.events.transcriber import AlignmentFailed, AlignmentSucceeded
from shared.rpc.contract import Idempotency
from shared.rpc.transcriber import AbortAudioUpload, OpenAlignment, OpenTranscription
from shared.runtime.database import Database
from shared.runtime.testing.events import Tap
from shared.runtime.testing.processes import ServiceProcess
from shared.runtime.testing.servers import ON_POSTGRESQL
from shared.speech.subtitles import parse_transcript

from .conftest import FRENCH, Client

RATE = 8000
SILENCE_SECONDS = 1.5
FRAME = RATE // 100
LOUD = 0.02
"""Of full scale, over a frame: a prompt begins and ends with some silence of its own."""


class Spoken(NamedTuple):
    """Where speech begins and ends, in seconds."""

    start: float
    end: float


class Recording(NamedTuple):
    """Prompts with silences between them."""

    audio: bytes
    spoken: list[Spoken]


def joined(prompts: Sequence[Prompt]) -> Recording:
    silence = np.zeros(int(SILENCE_SECONDS * RATE), np.int16)
    parts, spoken, at = [silence], [], len(silence)
    for prompt in prompts:
        with wave.open(str(prompt.path)) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
        loud = np.flatnonzero(np.abs(frames.astype(np.int32)).max(axis=1) > LOUD * 32768)
        spoken.append(Spoken((at + loud[0] * FRAME) / RATE, (at + (loud[-1] + 1) * FRAME) / RATE))
        parts += [samples, silence]
        at += len(samples) + len(silence)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.concatenate(parts).tobytes())
    return Recording(buffer.getvalue(), spoken)


def end_of(tap: Tap, job_id: str) -> Event:
    """The event that ends the job; there is no other about it."""
    events = tap.wait_for(
        lambda events: any(event.subject == job_id for event in events), timeout=240
    )
    (event,) = [each for each in events if each.subject == job_id]
    return event


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(ArgotError) as caught:
        action()
    return caught.value.code


def kept_transcript(database: Database, job_id: str) -> str | None:
    with database.reading() as session:
        query = select(Transcription.transcript).where(Transcription.id == job_id)
        return session.scalars(query).one()


def test_a_job_is_of_one_kind(client: Client) -> None:
    alignment = client.open_alignment("talk.wav", 10, "Bonjour.").id
    transcription = client.open("talk.wav", 10).id
    assert client.state(alignment, "alignment").status == "uploading"
    assert code_of(lambda: client.state(alignment)) == "not-found"
    assert code_of(lambda: client.result(alignment)) == "not-found"
    assert code_of(lambda: client.state(transcription, "alignment")) == "not-found"
    assert code_of(lambda: client.result(transcription, kind="alignment")) == "not-found"
    assert code_of(lambda: client.result(alignment, kind="alignment")) == "not-ready-to-run"


def test_what_is_refused_leaves_no_job(client: Client, database: Database) -> None:
    def jobs() -> int:
        with database.reading() as session:
            return len(session.scalars(select(Transcription.id)).all())

    before = jobs()
    assert code_of(lambda: client.open_alignment("talk.wav", 10, " \n")) == "invalid-request"
    assert code_of(lambda: client.open_alignment("talk.srt", 10, "a")) == "unsupported-file-type"
    assert jobs() == before


def test_an_idempotency_key_opens_one_alignment(client: Client) -> None:
    key = Idempotency(key="aligned", digest="d")
    request = OpenAlignment(
        organisation_id="acme",
        target=FRENCH,
        name="talk.wav",
        size=10,
        transcript="Bonjour.",
        idempotency=key,
    )
    first = client.call(request)
    assert client.call(request) == first
    fields = request.model_dump(exclude={"transcript"})
    assert client.call(OpenTranscription.model_validate(fields)).id != first.id


def test_an_aborted_upload_takes_the_alignment_with_it(client: Client) -> None:
    opened = client.open_alignment("talk.wav", 10, "Bonjour.")
    client.call(AbortAudioUpload(organisation_id="acme", upload_id=opened.upload_id))
    assert code_of(lambda: client.state(opened.id, "alignment")) == "not-found"


@ON_POSTGRESQL
@pytest.mark.usefixtures("worker")
def test_captions_are_where_the_prompts_were_joined(
    client: Client, tap: Tap, database: Database, french: list[Prompt]
) -> None:
    spoken = french[:10]
    recording = joined(spoken)
    transcript = "\n".join(prompt.text for prompt in spoken) + "\n"
    job = client.submit_alignment(recording.audio, transcript)
    event = end_of(tap, job)
    state = client.state(job, "alignment")
    assert isinstance(event, AlignmentSucceeded)
    assert (event.duration, event.language) == (state.duration, "fr-CA")
    assert (state.status, state.progress, state.failure) == ("succeeded", 100.0, None)
    assert kept_transcript(database, job) is None

    document = json.loads(client.result(job, kind="alignment").content)
    lines = lines_of(document["cues"], [prompt.text for prompt in spoken])
    errors = [
        abs(found - known)
        for line, truth in zip(lines, recording.spoken, strict=True)
        for found, known in zip(line, truth, strict=True)
    ]
    assert median(errors) < 0.08, errors
    assert sum(each < 0.4 for each in errors) >= 0.9 * len(errors), errors
    assert sum(cue["matched"] for cue in document["cues"]) >= 0.8 * len(document["cues"])
    assert document["unmatched_audio"] == []

    for form in ("vtt", "srt"):
        captions = client.result(job, form, "alignment").content  # type: ignore[arg-type]
        parsed = parse_transcript(f"talk.{form}", captions.encode())
        assert parsed.cues is not None
        assert "".join(" ".join(cue.text for cue in parsed.cues).split()) == "".join(
            transcript.split()
        )


def lines_of(cues: list[dict[str, object]], texts: list[str]) -> list[tuple[float, float]]:
    """From where to where each text lasts, by the cues that it was cut into."""
    rest = iter(cues)
    found = []
    for text in texts:
        mine = [next(rest)]
        while "".join(str(cue["text"]) for cue in mine).replace(" ", "") != text.replace(" ", ""):
            mine.append(next(rest))
        found.append((float(str(mine[0]["start"])), float(str(mine[-1]["end"]))))
    assert next(rest, None) is None
    return found


@ON_POSTGRESQL
@pytest.mark.usefixtures("worker")
def test_text_without_speech_and_speech_without_text_are_told(
    client: Client, tap: Tap, french: list[Prompt]
) -> None:
    # Of the six before them one is said without text that nearly repeats another: it is taken for
    # that one, which docs/alignment.md tells.
    spoken, untold, unsaid = french[6:12], 2, "Les girafes violettes dansent dimanche matin."
    recording = joined(spoken)
    texts = [prompt.text for prompt in spoken]
    written = [*texts[:untold], *texts[untold + 1 : 4], unsaid, *texts[4:]]
    job = client.submit_alignment(recording.audio, "\n".join(written))
    assert isinstance(end_of(tap, job), AlignmentSucceeded)
    document = json.loads(client.result(job, kind="alignment").content)
    (marked,) = [cue for cue in document["cues"] if cue["text"] == unsaid]
    assert not marked["matched"]
    assert marked["end"] - marked["start"] <= 1
    (stretch,) = document["unmatched_audio"]
    truth = recording.spoken[untold]
    assert stretch[0] == pytest.approx(truth.start, abs=0.8)
    assert stretch[1] == pytest.approx(truth.end, abs=0.8)


@pytest.mark.usefixtures("worker")
def test_audio_that_cannot_be_read_fails_its_alignment(
    client: Client, tap: Tap, database: Database
) -> None:
    job = client.submit_alignment(b"#EXTM3U\n", "Bonjour.")
    event = end_of(tap, job)
    assert isinstance(event, AlignmentFailed)
    assert event.code == "unreadable-audio"
    assert client.state(job, "alignment").failure is not None
    assert kept_transcript(database, job) is None


def test_an_alignment_that_was_begun_too_often_is_given_up(
    client: Client, tap: Tap, database: Database, worker: ServiceProcess
) -> None:
    worker.stop(30)
    job = client.submit_alignment(b"whatever", "Bonjour.")
    with database.transaction() as session:
        session.get_one(Transcription, job).attempts = 5
    worker.start()
    event = end_of(tap, job)
    assert isinstance(event, AlignmentFailed)
    assert event.code == "alignment-crashed"
