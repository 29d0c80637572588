"""The routes in the form of OpenAI's API, asked by its own client."""

import json
import math
from typing import Any

import httpx
import openai
import pytest

from .fake_transcriber import RESULTS, TRANSCRIPT
from .speech import AUDIO, BODY_LIMIT, ROUTE, FakeStorage, audio, error, post


def test_models_are_the_languages_to_transcribe_with(client: openai.OpenAI) -> None:
    found = {model.id: model.owned_by for model in client.models.list()}
    assert found == {"fr": "argot", "fr-x": "acme"}
    assert client.models.retrieve("fr-x").object == "model"
    with pytest.raises(openai.NotFoundError) as refused:
        client.models.retrieve("it")
    assert refused.value.code == "not-found"


@pytest.mark.parametrize("model", ["fr", "fr-x"])
def test_a_file_is_transcribed(client: openai.OpenAI, taken: FakeStorage, model: str) -> None:
    taken.received.clear()
    made = client.audio.transcriptions.create(model=model, file=audio())
    assert made.text == TRANSCRIPT["text"]
    ((path, host, content),) = taken.received
    assert (host, content) == ("storage.example.org:8333", AUDIO)
    assert path == "/speech?partNumber=1&X-Amz-Signature=5ec7e7"


@pytest.mark.parametrize(("form", "kind"), [("text", "txt"), ("srt", "srt"), ("vtt", "vtt")])
def test_forms_of_text(client: openai.OpenAI, raw: httpx.Client, form: Any, kind: str) -> None:
    made = client.audio.transcriptions.create(model="fr", file=audio(), response_format=form)
    assert (made, post(raw, response_format=form).headers["Content-Type"]) == RESULTS[kind]


def test_segments_and_words(client: openai.OpenAI) -> None:
    create = client.audio.transcriptions.create
    plain = create(model="fr", file=audio(), response_format="verbose_json")
    assert (plain.language, plain.duration, plain.words) == ("french", 2.5, None)
    assert plain.segments is not None
    assert [each.text for each in plain.segments] == ["Bonjour à tous.", "Merci."]
    assert plain.segments[1].avg_logprob == pytest.approx(math.log(0.25))
    both = create(
        model="fr",
        file=audio(),
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
    )
    assert both.words is not None
    assert [each.word for each in both.words] == ["Bonjour", "à", "tous."]
    assert both.segments == plain.segments


def test_what_is_taken_and_changes_nothing(client: openai.OpenAI) -> None:
    made = client.audio.transcriptions.create(
        model="fr",
        file=audio(),
        language="fr",
        prompt="Argot",
        temperature=0.2,
        include=["logprobs"],
        chunking_strategy="auto",
    )
    assert made.text == TRANSCRIPT["text"]


def test_a_transcript_is_waited_for(client: openai.OpenAI) -> None:
    made = client.audio.transcriptions.create(model="fr", file=audio("speech-late.wav"))
    assert made.text == TRANSCRIPT["text"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"model": "tlh"}, (404, "model", "not-found")),
        ({"model": "de"}, (403, "model", "language-not-published")),
        ({"model": ""}, (400, "model", "invalid-request")),
        ({"model": "x" * 201}, (400, "model", "invalid-request")),
        ({"model": "fr\0"}, (400, "model", "invalid-request")),
        ({"language": "en"}, (400, "language", "invalid-request")),
        ({"response_format": "docx"}, (400, "response_format", "invalid-request")),
        ({"temperature": "7"}, (400, "temperature", "invalid-request")),
        ({"temperature": "nan"}, (400, "temperature", "invalid-request")),
        ({"stream": "perhaps"}, (400, "stream", "invalid-request")),
        ({"stream": "true", "response_format": "srt"}, (400, "stream", "invalid-request")),
        (
            {"timestamp_granularities[]": "word"},
            (400, "timestamp_granularities[]", "invalid-request"),
        ),
        ({"name": "speech.exe"}, (400, "file", "unsupported-file-type")),
        ({"name": "speech-noise.wav"}, (400, "file", "invalid-request")),
        ({"name": "speech-model.wav"}, (404, "model", "custom-model-not-found")),
    ],
    ids=str,
)
def test_refusals(
    raw: httpx.Client, fields: dict[str, str], expected: tuple[int, str, str]
) -> None:
    status, param, code = expected
    assert error(post(raw, **fields)) == (status, "invalid_request_error", param, code)


def test_a_file_that_is_none(raw: httpx.Client) -> None:
    for data in ({"model": "fr"}, {"model": "fr", "file": "speech.wav"}):
        found = error(raw.post(ROUTE, data=data, files={"other": ("a.wav", b"x")}))
        assert found == (400, "invalid_request_error", "file", "invalid-request")
    assert error(raw.post(ROUTE, json={"model": "fr"}))[3] == "unsupported-media-type"
    bad = raw.post(ROUTE, content=b"?", headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert error(bad)[3] == "invalid-request"


def test_a_failure_of_ours_is_no_fault_of_the_audio(raw: httpx.Client) -> None:
    response = post(raw, "speech-crash.wav")
    assert error(response) == (500, "server_error", None, "internal-error")
    missing = post(raw, "speech-ffmpeg.wav")
    assert error(missing) == (503, "server_error", None, "ffmpeg_unavailable")
    assert missing.headers["X-Should-Retry"] == "false"
    denied = post(raw, "speech-denied.wav")
    assert error(denied) == (503, "server_error", None, "service-unavailable")
    assert "5ec7e7" not in denied.text


def test_errors_of_all_paths_below_v1(speaking: Any) -> None:
    with speaking.client() as stranger:
        for method, path in (("GET", "/v1/models"), ("GET", "/v1/models/fr"), ("POST", ROUTE)):
            response = stranger.request(method, path)
            assert error(response) == (401, "authentication_error", None, "unauthenticated")
            assert response.headers["WWW-Authenticate"] == "Bearer"
        assert error(post(stranger))[3] == "unauthenticated"
        for path in ("/v1", "/v1/", "/v1/chat/completions", "/v1/models/"):
            assert error(stranger.post(path))[::3] == (404, "not-found")
        wrong = stranger.get(ROUTE)
        assert error(wrong)[::3] == (405, "method-not-allowed")
        assert wrong.headers["Allow"] == "POST"


def test_a_form_that_is_too_large(raw: httpx.Client) -> None:
    for content in (b"x" * BODY_LIMIT, iter([b"--x\r\n" + b"x" * BODY_LIMIT])):
        kind = {"Content-Type": "multipart/form-data; boundary=x"}
        whole = isinstance(content, bytes)
        response = (
            post(raw, content=content)
            if whole
            else raw.post(  # type: ignore[arg-type]
                ROUTE, content=content, headers=kind
            )
        )
        assert error(response)[::3] == (413, "payload-too-large")
        assert "does not translate" in response.text
    assert raw.get("/api/v1/me").status_code == 200


def test_the_log_has_no_signed_address_and_no_text(speaking: Any, raw: httpx.Client) -> None:
    assert post(raw).status_code == 200
    text = speaking.gateway.log.read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [each for each in lines if each.get("route") == ROUTE]
    for secret in ("5ec7e7", "Bonjour"):
        assert secret not in text
