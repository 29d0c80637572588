"""Transcripts in the forms of OpenAI's API."""

import json
import math
from typing import Any

import pytest

from services.gateway import transcripts
from services.gateway.languages import NAMES
from services.transcriber.domain.glossary import Edited, Replacement
from services.transcriber.domain.transcripts import Segment, Word, written
from shared.speech.languages import WHISPER

HELLO = Segment(
    start=0.5,
    end=1.25,
    text="Bonjour à tous.",
    probability=0.5,
    words=(
        Word(start=0.5, end=0.9, word=" Bonjour", probability=0.9),
        Word(start=0.9, end=1.0, word=" à", probability=0.8),
        Word(start=1.0, end=1.25, word=" tous.", probability=0.7),
    ),
)
SILENT = Segment(start=2.0, end=3.0, text="Oui.\u2028Non.", probability=0.0, words=())


def document(*segments: Segment) -> dict[str, Any]:
    """As the transcriber answers it."""
    parsed: dict[str, Any] = json.loads("".join(written("fr", 3.5, segments)))
    return parsed


def test_the_text_alone() -> None:
    assert transcripts.plain(document(HELLO, SILENT)) == {"text": "Bonjour à tous. Oui.\u2028Non."}


def test_texts_are_the_glossarys_and_words_are_as_heard() -> None:
    change = Replacement(offset=8, length=1, replacement="—")
    changed = HELLO.model_copy(
        update={"edited": Edited(text="Bonjour — tous.", replacements=(change,))}
    )
    found = document(changed, SILENT)
    whole = "Bonjour — tous. Oui.\u2028Non."
    assert transcripts.plain(found) == {"text": whole}
    verbose = transcripts.verbose(found, frozenset({"segment", "word"}))
    assert verbose["text"] == whole
    assert [each["text"] for each in verbose["segments"]] == ["Bonjour — tous.", SILENT.text]
    assert [each["word"] for each in verbose["words"]] == ["Bonjour", "à", "tous."]
    sent = list(transcripts.events(found))
    assert "".join(each.get("delta", "") for each in sent) == sent[-1]["text"] == whole


def test_segments() -> None:
    found = transcripts.verbose(document(HELLO, SILENT), frozenset({"segment"}))
    assert found.keys() == {"task", "language", "duration", "text", "segments"}
    assert (found["task"], found["language"], found["duration"]) == ("transcribe", "french", 3.5)
    first, second = found["segments"]
    assert (first["id"], first["seek"], first["start"], first["end"]) == (0, 50, 0.5, 1.25)
    assert first["avg_logprob"] == pytest.approx(math.log(0.5))
    assert (first["tokens"], first["temperature"], first["no_speech_prob"]) == ([], 0, 0)
    assert 0 < first["compression_ratio"] < 1
    assert math.isfinite(second["avg_logprob"])


def test_a_translation() -> None:
    english = document(HELLO) | {"language": "en"}
    found = transcripts.verbose(english, frozenset({"segment"}), "translate")
    assert (found["task"], found["language"]) == ("translate", "english")


def test_every_language_has_a_name() -> None:
    assert NAMES.keys() == WHISPER
    assert all(name == name.lower() for name in NAMES.values())


def test_words_where_they_are_asked_for() -> None:
    found = transcripts.verbose(document(HELLO, SILENT), frozenset({"word"}))
    assert "segments" not in found
    assert found["words"][0] == {"word": "Bonjour", "start": 0.5, "end": 0.9}
    assert [each["word"] for each in found["words"]] == ["Bonjour", "à", "tous."]
    both = transcripts.verbose(document(HELLO), frozenset({"word", "segment"}))
    assert both.keys() >= {"words", "segments"}


def test_a_text_that_repeats_itself_compresses() -> None:
    again = HELLO.model_copy(update={"text": "merci " * 100})
    (segment,) = transcripts.verbose(document(again), frozenset({"segment"}))["segments"]
    assert segment["compression_ratio"] > 2.4


def test_silence() -> None:
    assert transcripts.plain(document()) == {"text": ""}
    found = transcripts.verbose(document(), frozenset({"word", "segment"}))
    assert (found["segments"], found["words"]) == ([], [])
    assert list(transcripts.events(document())) == [{"type": "transcript.text.done", "text": ""}]


def test_events_join_to_the_text() -> None:
    *deltas, done = transcripts.events(document(HELLO, SILENT))
    assert {each["type"] for each in deltas} == {"transcript.text.delta"}
    assert done["type"] == "transcript.text.done"
    assert (
        "".join(each["delta"] for each in deltas) == done["text"] == document(HELLO, SILENT)["text"]
    )
