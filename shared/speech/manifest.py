"""Manifests: one JSON object a line that names an audio file, its text and its place."""

import json
from dataclasses import dataclass

from shared.speech.cues import Cue
from shared.speech.filenames import basename, is_name
from shared.speech.source import (
    DEFAULT_LIMITS,
    Limits,
    TranscriptInvalid,
    plain,
    read_lines,
    too_large,
)

# Over thirty years: no recording's time, yet exact as a float.
_LATEST_SECOND = 1e9


class _RowFault(Exception):
    """What is wrong with one line, in words for the user."""


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """A text of the audio file named `audio` (no folder); `cue` None when it is the whole file."""

    audio: str
    text: str
    cue: Cue | None


def parse_manifest(data: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[ManifestRow, ...]:
    """Read rows of `audio` or `audio_filepath`, `text`, `start` or `offset`, `end` or `duration`.

    Rows without text or with an end not after the start are skipped, as such cues are. Raises
    `TranscriptInvalid`: `invalid-manifest` with the number of the line that is no such object,
    `no-valid-cue` when no row is left, `empty-transcript`, `unreadable-transcript`,
    `transcript-too-large`.
    """
    rows: list[ManifestRow] = []
    recordings: set[str] = set()
    for number, line in enumerate(read_lines(data, limits), 1):
        if not line.strip():
            continue
        try:
            row = _row(_object(line, limits.nesting))
        except _RowFault as fault:
            raise TranscriptInvalid("invalid-manifest", f"Line {number}: {fault}") from fault
        if row is not None:
            rows.append(row)
            recordings.add(row.audio)
        if len(rows) > limits.cues:
            raise too_large(f"{limits.cues:,} cues")
        if len(recordings) > limits.recordings:
            raise too_large(f"{limits.recordings:,} audio files")
    if not rows:
        raise TranscriptInvalid(
            "no-valid-cue", "The manifest has no row with a text and an end after its start."
        )
    return tuple(rows)


def _object(line: str, nesting: int) -> dict[str, object]:
    if line.count("[") + line.count("{") > nesting and _depth(line) > nesting:
        raise _RowFault(f"nested more than {nesting} deep.")
    try:
        value: object = json.loads(line)  # with NaN, which Python writes: it is no time
    except (ValueError, RecursionError) as fault:
        raise _RowFault("not a JSON object.") from fault
    if not isinstance(value, dict):
        raise _RowFault("not a JSON object.")
    return value


def _depth(line: str) -> int:
    """The deepest nesting outside strings; a broken string ends with the line."""
    depth = deepest = 0
    quoted = escaped = False
    for character in line:
        if quoted:
            quoted = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            quoted = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _row(fields: dict[str, object]) -> ManifestRow | None:
    audio = basename(_text(fields, "audio", "audio_filepath"))
    if not is_name(audio):
        raise _RowFault("`audio` names no file.")
    text = plain(_text(fields, "text"))
    start = _time(fields, "start", "offset")
    end = _time(fields, "end")
    duration = _time(fields, "duration")
    if end is None and duration is not None:
        end = (start or 0.0) + duration
    if end is None and start is not None:
        raise _RowFault("`start` without `end` or `duration`.")
    if not text or (end is not None and end <= (start or 0.0)):
        return None
    return ManifestRow(audio, text, None if end is None else Cue(start or 0.0, end, text))


def _first(fields: dict[str, object], names: tuple[str, ...]) -> object:
    """The first value that is not null: a table's export has a column for each name."""
    return next((fields[name] for name in names if fields.get(name) is not None), None)


def _text(fields: dict[str, object], *names: str) -> str:
    value = _first(fields, names)
    if not isinstance(value, str):
        raise _RowFault(f"`{names[0]}` is missing or no text.")
    return value


def _time(fields: dict[str, object], *names: str) -> float | None:
    """Seconds, None when no name is there or its value is null."""
    value = _first(fields, names)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _RowFault(f"`{names[0]}` is no number.")
    # A comparison first: an integer of a thousand digits does not become a float.
    if not 0 <= value <= _LATEST_SECOND:
        raise _RowFault(f"`{names[0]}` is no time in seconds.")
    return float(value)
