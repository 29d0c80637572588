"""Segments written as captions, so that no text can pass for a timing line, a tag or a cue."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from shared.speech.cues import Cue

_ARROW = re.compile(r"-{2,}>")


@dataclass(frozen=True, slots=True)
class Note:
    """A comment of one line between cues, without an arrow `-->`; players show none."""

    text: str


def speech_without_text(start: float, end: float) -> Note:
    """Where somebody speaks and no cue has the text, in seconds."""
    span = f"{_time(round(start * 1000), '.')} to {_time(round(end * 1000), '.')}"
    return Note(f"speech without text from {span}")


def to_srt(segments: Iterable[Cue]) -> str:
    """SubRip. It has no escapes, so an arrow `-->` in a text becomes `->`."""
    return "".join(
        f"{number}\n{_span(cue, ',')}\n{_ARROW.sub('->', _lines(cue.text))}\n\n"
        for number, cue in enumerate(segments, 1)
    )


def to_vtt(segments: Iterable[Cue | Note]) -> str:
    """WebVTT, with `&`, `<` and `>` escaped."""
    return "WEBVTT\n\n" + "".join(map(_vtt_block, segments))


def _vtt_block(each: Cue | Note) -> str:
    if isinstance(each, Note):
        return f"NOTE {each.text}\n\n"
    return f"{_span(each, '.')}\n{_escaped(_lines(each.text))}\n\n"


def to_txt(segments: Iterable[Cue]) -> str:
    """The text alone, one segment a line."""
    return "".join(f"{' '.join(cue.text.split())}\n" for cue in segments)


def shown(segments: Iterable[Cue], end: float) -> list[Cue]:
    """Cues, in order and apart, that last a millisecond at least: players show no shorter ones.

    They stay within `end` seconds, unless there are more of them than milliseconds.
    """
    spans, reached = [], 0
    cues = list(segments)
    for cue in cues:
        start = max(reached, round(cue.start * 1000))
        reached = max(start + 1, round(cue.end * 1000))
        spans.append((start, reached))
    limit = max(len(cues), math.floor(end * 1000))
    for at in range(len(cues) - 1, -1, -1):
        stop = min(limit, spans[at][1])
        limit = min(stop - 1, spans[at][0])
        spans[at] = (limit, stop)
    return [
        Cue(start / 1000, stop / 1000, cue.text)
        for cue, (start, stop) in zip(cues, spans, strict=True)
    ]


def _lines(text: str) -> str:
    """The text's own lines without the blank ones, which would end the cue."""
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _span(cue: Cue, point: str) -> str:
    """The timing line; a time before zero is zero, an end before the start is the start."""
    start = max(0, round(cue.start * 1000))
    end = max(start, round(cue.end * 1000))
    return f"{_time(start, point)} --> {_time(end, point)}"


def _time(milliseconds: int, point: str) -> str:
    seconds, fraction = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{fraction:03}"
