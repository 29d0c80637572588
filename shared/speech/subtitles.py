"""Transcripts as they come in the world: `.vtt`, `.srt`, `.txt` and `.jsonl`, from bytes.

All reading is one pass over lines, with limits; what fails is a `TranscriptInvalid`.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from shared.speech.cues import Cue
from shared.speech.filenames import FileKind, extension, kind_of
from shared.speech.manifest import ManifestRow, parse_manifest
from shared.speech.source import (
    DEFAULT_LIMITS,
    Limits,
    TranscriptInvalid,
    plain,
    read_lines,
    too_large,
)

__all__ = [
    "Cue",
    "Limits",
    "ManifestRow",
    "Transcript",
    "TranscriptInvalid",
    "parse_manifest",
    "parse_transcript",
]

_NUMBER = re.compile(r"[0-9]{1,9}")
_ARROW = "-->"
# A time in SubRip or WebVTT: hours may lack or pass 99, the fraction may lack; some tools put a
# space or a colon before the fraction.
_TIME = re.compile(r"(?:([0-9]{1,5}):)?([0-9]{1,3}):([0-9]{1,2})(?:[.,:] ?([0-9]{1,9}))?(?![^\s])")
_TIME_LIKE = re.compile(r"\s*-?[0-9]{1,5}:[0-9]")
# Tags and the overrides of SubStation Alpha. A bare `<` is text: "a < b".
_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|</?[0-9:.]*>|\{\\[^{}]*\}")
# No character has so great a number, and Python refuses to read one of thousands of digits.
_NO_CHARACTER = re.compile(r"&#[0-9]{8,};?")


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a transcript says. `cues`, `start` and `end` are None for a `.txt`.

    `cues` are those with a text and an end after the start, in order of time; they may overlap.
    `start` is their least start and `end` their greatest end, in seconds. `text` has one cue,
    or one line of the `.txt`, on each line.
    """

    cues: tuple[Cue, ...] | None
    text: str
    start: float | None
    end: float | None


def parse_transcript(name: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Transcript:
    """Read a file named `.vtt`, `.srt` or `.txt`.

    Raises `TranscriptInvalid` with `empty-transcript`, `no-valid-cue`, `unreadable-transcript`
    or `transcript-too-large`; `ValueError` when the name has another extension.
    """
    if kind_of(name) is not FileKind.TRANSCRIPT:
        raise ValueError(f"not a transcript by its name: {name!r}")
    lines = read_lines(data, limits)
    if extension(name) == "txt":
        return _plain_text(lines)
    blocks = extension(name) == "vtt" or lines[0].startswith("WEBVTT")
    cues: list[Cue] = []
    for cue in _cues(lines, ends_at_blank=blocks):
        cues.append(cue)
        if len(cues) > limits.cues:
            raise too_large(f"{limits.cues:,} cues")
    if not cues:
        raise TranscriptInvalid(
            "no-valid-cue", "The transcript has no cue with a text and an end after its start."
        )
    cues.sort(key=lambda cue: (cue.start, cue.end))
    text = "\n".join(cue.text for cue in cues)
    return Transcript(tuple(cues), text, cues[0].start, max(cue.end for cue in cues))


def _plain_text(lines: list[str]) -> Transcript:
    text = "\n".join(line for line in map(plain, lines) if line)
    if not text:
        raise TranscriptInvalid("empty-transcript", "The transcript is empty.")
    return Transcript(None, text, None, None)


def _cues(lines: list[str], *, ends_at_blank: bool) -> Iterator[Cue]:
    """The valid cues. A WebVTT cue ends at a blank line, a SubRip one at the next timing line."""
    numbered = _are_numbered(lines)
    span: tuple[float, float] | None = None
    body: list[str] = []
    for line in lines:
        if is_timing(line):
            yield from _cue(span, _without_number(body) if numbered else body)
            span, body = _span(line), []
        elif span is not None:
            if ends_at_blank and not line.strip():
                yield from _cue(span, body)
                span, body = None, []
            else:
                body.append(line)
    yield from _cue(span, body)


def is_timing(line: str) -> bool:
    """Whether the line was meant as a timing line, well-formed or not."""
    return _ARROW in line and _TIME_LIKE.match(line) is not None


def _cue(span: tuple[float, float] | None, body: list[str]) -> Iterator[Cue]:
    """One cue, or none when it has no valid span or no text."""
    if span is None or span[1] <= span[0]:
        return
    written = _NO_CHARACTER.sub("\ufffd", _MARKUP.sub("", " ".join(body)))
    text = plain(html.unescape(written))
    if text:
        yield Cue(*span, text)


def _are_numbered(lines: list[str]) -> bool:
    """Whether a number stands above the first timing line; where none does, numbers are text."""
    first = next((place for place, line in enumerate(lines) if is_timing(line)), 0)
    return first > 0 and _NUMBER.fullmatch(lines[first - 1].strip()) is not None


def _without_number(body: list[str]) -> list[str]:
    """Take off the number of the cue that follows, with the blank lines around it.

    A number right under the timing line is the cue's text.
    """
    last = len(body) - 1
    while last >= 0 and not body[last].strip():
        last -= 1
    if last > 0 and _NUMBER.fullmatch(body[last].strip()):
        return body[:last]
    return body


def _span(line: str) -> tuple[float, float] | None:
    before, _, after = line.partition(_ARROW)
    start, end = _seconds(before), _seconds(after)
    return None if start is None or end is None else (start, end)


def _seconds(written: str) -> float | None:
    """The time that the text begins with, None when it begins with none; settings may follow."""
    if not (time := _TIME.match(written.strip())):
        return None
    hours, minutes, seconds, fraction = time.groups()
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    scale: int = 10 ** len(fraction or "")
    # One division, so that a written time and the same literal are the same float.
    return (whole * scale + int(fraction or 0)) / scale
