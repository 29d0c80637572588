"""Real speech through all of Argot by its other doors: OpenAI's client, and force alignment."""

import json
from pathlib import Path

import openai
import pytest

from argot import transcriptions
from argot.client import Client
from argot.corpus import prompts
from argot.demo.recordings import Recording, join
from argot.stack import Stack
from argot.uploads.sending import Sender

from .watching import Quiet

PROMPTS = 8


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """English prompts of a few seconds, joined; their cues are known."""
    chosen = [prompt for prompt in prompts("en") if 3 < prompt.seconds < 8][:PROMPTS]
    (joined,) = join(chosen, tmp_path_factory.mktemp("recording"))
    return joined


def test_openais_client_hears_what_a_transcription_hears(
    stack: Stack, client: Client, recording: Recording
) -> None:
    with Sender(client, Quiet()) as sender:
        job = transcriptions.submit(client, sender, recording.audio, "en")
    assert [*transcriptions.follow(client, job)][-1].status == "succeeded"
    token = stack.token(org="demo", user="ann", roles=["user"])
    with openai.OpenAI(base_url=f"{stack.address}/v1", api_key=token, max_retries=0) as speaker:
        assert "en" in [each.id for each in speaker.models.list()]
        heard = speaker.audio.transcriptions.create(
            model="en",
            file=recording.audio,
            response_format="verbose_json",
            timestamp_granularities=["segment", "word"],
        )
    wanted = json.loads(client.result(job, "json"))
    assert heard.text == wanted["text"] != ""
    assert [(each.start, each.end) for each in heard.segments or ()] == [
        (each["start"], each["end"]) for each in wanted["segments"]
    ]
    assert len(heard.words or ()) == sum(len(each["words"]) for each in wanted["segments"])


def test_captions_are_the_text_where_it_is_said(client: Client, recording: Recording) -> None:
    lines = cue_lines(recording.transcript)
    with Sender(client, Quiet()) as sender:
        size, text = recording.audio.stat().st_size, "\n".join(lines)
        opened = client.open_alignment("en", recording.audio.name, size, text)
        job = transcriptions.send(sender, recording.audio, opened)
    assert [*transcriptions.follow(client, job, "alignment")][-1].status == "succeeded"
    cues = json.loads(client.captions(job, "json"))["cues"]
    assert " ".join(cue["text"] for cue in cues).split() == " ".join(lines).split()
    assert sum(cue["matched"] for cue in cues) > 0.8 * len(cues)
    assert client.captions(job, "vtt").startswith("WEBVTT")


def cue_lines(vtt: Path) -> list[str]:
    """The texts of the demo's cues, a line each."""
    blocks = vtt.read_text("utf-8").strip().split("\n\n")[1:]
    return [" ".join(block.splitlines()[1:]) for block in blocks]
