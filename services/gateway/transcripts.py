"""A transcript in the forms of OpenAI's API. The input is the transcriber's `format=json`.

Texts are those of the glossary; words are as they were heard, since it is they that have times.
"""

import math
import zlib
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel

from services.gateway.languages import NAMES
from shared.events.transcriber import Task

Json = dict[str, Any]
Granularity = Literal["word", "segment"]

LEAST_PROBABILITY = 1e-10
"""Its logarithm is a number that clients can read, which that of zero is not."""
FRAMES_A_SECOND = 100


class TranscribedText(BaseModel):
    """`response_format=json`."""

    text: str


class TranscribedSegment(BaseModel):
    """A phrase, times in seconds.

    `seek` counts frames of 10 ms. `tokens`, `temperature` and `no_speech_prob` are not kept by
    Argot: they are empty and 0.
    """

    id: int
    seek: int
    start: float
    end: float
    text: str
    tokens: list[int] = []
    temperature: float = 0.0
    avg_logprob: float
    compression_ratio: float
    no_speech_prob: float = 0.0


class TranscribedWord(BaseModel):
    """A word without the spaces around it, times in seconds."""

    word: str
    start: float
    end: float


class VerboseTranscript(BaseModel):
    """`response_format=verbose_json`; segments and words are there where they were asked for.

    `language` is that of the text, by its name: `french`.
    """

    task: Task = "transcribe"
    language: str
    duration: float
    text: str
    segments: list[TranscribedSegment] | None = None
    words: list[TranscribedWord] | None = None


def plain(transcript: Json) -> Json:
    """The text alone."""
    return {"text": _text(transcript)}


def verbose(
    transcript: Json, granularities: frozenset[Granularity], task: Task = "transcribe"
) -> Json:
    """All that is known, of the granularities that were asked for."""
    segments = transcript["segments"]
    found = VerboseTranscript(
        task=task,
        language=NAMES[transcript["language"]],
        duration=transcript["duration"],
        text=_text(transcript),
        segments=[_segment(number, each) for number, each in enumerate(segments)]
        if "segment" in granularities
        else None,
        words=[_word(word) for each in segments for word in each["words"]]
        if "word" in granularities
        else None,
    )
    return found.model_dump(mode="json", exclude_none=True)


def events(transcript: Json) -> Iterator[Json]:
    """What a stream has of it: a delta for each segment, then the whole text."""
    for number, segment in enumerate(transcript["segments"]):
        delta = f" {_shown(segment)}" if number else _shown(segment)
        yield {"type": "transcript.text.delta", "delta": delta}
    yield {"type": "transcript.text.done", "text": _text(transcript)}


def _text(transcript: Json) -> str:
    text: str = transcript["edited_text" if "edited_text" in transcript else "text"]
    return text


def _shown(segment: Json) -> str:
    text: str = segment.get("edited", segment)["text"]
    return text


def _segment(number: int, segment: Json) -> TranscribedSegment:
    return TranscribedSegment(
        id=number,
        seek=int(segment["start"] * FRAMES_A_SECOND),
        start=segment["start"],
        end=segment["end"],
        text=_shown(segment),
        avg_logprob=math.log(max(segment["probability"], LEAST_PROBABILITY)),
        compression_ratio=_compression_ratio(segment["text"]),
    )


def _word(word: Json) -> TranscribedWord:
    return TranscribedWord(word=word["word"].strip(), start=word["start"], end=word["end"])


def _compression_ratio(text: str) -> float:
    """As Whisper counts it: a text that repeats itself has a high one."""
    written = text.encode()
    return len(written) / len(zlib.compress(written))
