"""A worker that hears a recording hears clips meanwhile."""

import io
import wave

import pytest

from argot.corpus import Prompt
from shared.rpc.transcriber import DeleteTranscription

from .conftest import Client, wait_until

TIMES = 8
"""Of a minute and a half: longer than the short line takes."""


@pytest.fixture
def recording(speech: bytes) -> bytes:
    with wave.open(io.BytesIO(speech)) as once:
        parameters, frames = once.getparams(), once.readframes(once.getnframes())
    joined = io.BytesIO()
    with wave.open(joined, "wb") as file:
        file.setparams(parameters)
        for _ in range(TIMES):
            file.writeframes(frames)
    return joined.getvalue()


def submit(client: Client, name: str, audio: bytes) -> str:
    opened = client.open(name, len(audio))
    client.send(opened.upload_id, audio)
    client.complete(opened.upload_id)
    return opened.id


@pytest.mark.usefixtures("worker")
def test_a_clip_does_not_wait_for_the_end_of_a_recording(
    client: Client, recording: bytes, french: list[Prompt]
) -> None:
    long = submit(client, "recording.wav", recording)
    wait_until(lambda: client.state(long).progress > 0)
    clip = submit(client, "clip.wav", french[0].path.read_bytes())
    wait_until(lambda: client.state(clip).status == "succeeded")
    assert client.state(long).status == "running"
    client.call(DeleteTranscription(organisation_id=client.organisation_id, transcription_id=long))
