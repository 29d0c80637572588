"""What OpenAI's routes leave behind, and what its own client sends again by itself."""

from collections.abc import Callable
from typing import Any

import httpx
import openai
import pytest

from .fake_transcriber import TRANSCRIPT
from .speech import TRANSLATIONS, FakeStorage, audio, is_there, openai_client, post

Bearer = Callable[..., dict[str, str]]


@pytest.mark.parametrize("form", ["json", "text", "srt", "verbose_json"])
def test_a_job_goes_when_its_text_is_told(raw: httpx.Client, form: str) -> None:
    assert post(raw, response_format=form).status_code == 200
    assert not is_there(raw, "speech")
    assert post(raw, route=TRANSLATIONS, response_format=form).status_code == 200
    assert not is_there(raw, "speech-translated")


@pytest.mark.parametrize(
    ("job", "status"), [("speech-noise", 400), ("speech-crash", 500), ("speech-denied", 503)]
)
def test_a_job_goes_with_its_failure(raw: httpx.Client, job: str, status: int) -> None:
    assert post(raw, f"{job}.wav").status_code == status
    assert not is_there(raw, job)


def test_what_is_sent_again_is_not_done_twice(
    speaking: Any, bearer: Bearer, taken: FakeStorage
) -> None:
    """The call that queues the job is not answered; the job goes before the client hears of it."""
    taken.received.clear()
    with openai_client(speaking, bearer()) as client:
        made = client.audio.transcriptions.create(model="fr", file=audio("speech-stuck.wav"))
    assert made.text == TRANSCRIPT["text"]
    assert len(taken.received) == 2


def test_what_may_go_on_is_not_sent_again(
    speaking: Any, bearer: Bearer, raw: httpx.Client, taken: FakeStorage
) -> None:
    taken.received.clear()
    with (
        openai_client(speaking, bearer()) as client,
        pytest.raises(openai.InternalServerError) as refused,
    ):
        client.audio.transcriptions.create(model="fr", file=audio("speech-denied-kept.wav"))
    assert refused.value.code == "service-unavailable"
    assert len(taken.received) == 1
    assert is_there(raw, "speech-denied-kept")
    assert "X-Should-Retry" not in post(raw, "speech-denied.wav").headers


def test_a_wait_that_is_over_is_not_begun_again(
    speaking: Any, bearer: Bearer, raw: httpx.Client, taken: FakeStorage
) -> None:
    taken.received.clear()
    with (
        openai_client(speaking, bearer()) as client,
        pytest.raises(openai.ConflictError) as refused,
    ):
        client.audio.transcriptions.create(model="fr", file=audio("speech-never.wav"))
    assert refused.value.code == "not-ready-to-run"
    assert "/api/v1/transcriptions/speech-never/result" in refused.value.message
    assert len(taken.received) == 1
    assert is_there(raw, "speech-never"), "its text will be where the answer says"
