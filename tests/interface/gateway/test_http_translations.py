"""Translation in the form of OpenAI's API, asked by its own client."""

from typing import Any

import httpx
import openai
import pytest

from .fake_transcriber import TRANSLATED, TRANSLATION
from .speech import AUDIO, TRANSLATIONS, FakeStorage, audio, error, post

# The client calls its own method deprecated; the route is asked for as ever.
pytestmark = pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")


def test_a_file_is_translated(client: openai.OpenAI, taken: FakeStorage) -> None:
    taken.received.clear()
    made = client.audio.translations.create(
        model="fr", file=audio(), prompt="Argot", temperature=0.2
    )
    assert made.text == TRANSLATION["text"]
    ((_, _, content),) = taken.received
    assert content == AUDIO


@pytest.mark.parametrize(("form", "kind"), [("text", "txt"), ("srt", "srt"), ("vtt", "vtt")])
def test_forms_of_text(client: openai.OpenAI, raw: httpx.Client, form: Any, kind: str) -> None:
    made = client.audio.translations.create(model="fr", file=audio(), response_format=form)
    answer = post(raw, route=TRANSLATIONS, response_format=form)
    assert (made, answer.headers["Content-Type"]) == TRANSLATED[kind]


def test_segments(client: openai.OpenAI) -> None:
    made = client.audio.translations.create(
        model="fr", file=audio(), response_format="verbose_json"
    )
    assert (made.language, made.duration, made.text) == ("english", 2.5, TRANSLATION["text"])
    assert made.segments is not None
    assert [each.text for each in made.segments] == ["Hello everybody.", "Thank you."]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"model": "fr-x"}, (400, "model", "invalid-request")),
        ({"name": "speech-english.wav"}, (400, "model", "invalid-request")),
        ({"model": "tlh"}, (404, "model", "not-found")),
        ({"model": "de"}, (403, "model", "language-not-published")),
        ({"model": ""}, (400, "model", "invalid-request")),
        ({"response_format": "docx"}, (400, "response_format", "invalid-request")),
        ({"temperature": "7"}, (400, "temperature", "invalid-request")),
        ({"name": "speech.exe"}, (400, "file", "unsupported-file-type")),
    ],
    ids=str,
)
def test_refusals(
    raw: httpx.Client, fields: dict[str, str], expected: tuple[int, str, str]
) -> None:
    status, param, code = expected
    found = error(post(raw, route=TRANSLATIONS, **fields))
    assert found == (status, "invalid_request_error", param, code)


def test_a_custom_model_says_what_can_be_done(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="Name its base language"):
        client.audio.translations.create(model="fr-x", file=audio())


def test_the_limits_are_those_of_transcriptions(speaking: Any, raw: httpx.Client) -> None:
    large = post(raw, content=bytes(1_000_000), route=TRANSLATIONS)
    assert error(large)[::3] == (413, "payload-too-large")
    late = post(raw, "speech-never.wav", route=TRANSLATIONS)
    assert error(late)[::3] == (409, "not-ready-to-run")
    assert late.headers["X-Should-Retry"] == "false"
    with speaking.client() as stranger:
        assert error(post(stranger, route=TRANSLATIONS))[3] == "unauthenticated"
