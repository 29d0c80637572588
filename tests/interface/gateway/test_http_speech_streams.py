"""Transcripts as server-sent events, whose answers begin while the audio is heard."""

import httpx
import openai
import pytest

from .fake_transcriber import TRANSCRIPT
from .speech import audio, error, is_there, post


@pytest.mark.parametrize("name", ["speech.wav", "speech-late.wav"])
def test_a_stream_has_the_whole_text(client: openai.OpenAI, raw: httpx.Client, name: str) -> None:
    events = list(client.audio.transcriptions.create(model="fr", file=audio(name), stream=True))
    assert {each.type for each in events[:-1]} == {"transcript.text.delta"}
    assert "".join(getattr(each, "delta", "") for each in events) == TRANSCRIPT["text"]
    assert getattr(events[-1], "text", None) == TRANSCRIPT["text"]
    assert not is_there(raw, name.removesuffix(".wav"))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("speech-never.wav", "not-ready-to-run"),
        ("speech-model.wav", "custom-model-not-found"),
        ("speech-crash.wav", "internal-error"),
    ],
)
def test_the_client_raises_what_fails(client: openai.OpenAI, name: str, code: str) -> None:
    events = client.audio.transcriptions.create(model="fr", file=audio(name), stream=True)
    with pytest.raises(openai.APIError) as failed:
        list(events)
    assert failed.value.code == code


def test_what_is_refused_before_is_an_answer_of_its_own(raw: httpx.Client) -> None:
    assert error(post(raw, "speech.exe", stream="true"))[::3] == (400, "unsupported-file-type")
    assert error(post(raw, "speech-denied.wav", stream="true"))[::3] == (
        503,
        "service-unavailable",
    )
    assert not is_there(raw, "speech-denied")
