"""Which segments can be used, and what falls out."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.speech.cues import MAX_SECONDS, MIN_SECONDS, Cue, divide
from shared.speech.words import normalise

from .alignment import Aligned
from .fault import EngineFault
from .ledger import Drop, Ledger, account
from .recording import SAMPLE_RATE, Clip, Recording, Segment
from .vocabulary import MAX_TOKENS, Vocabulary, plain

OVERHANG_SECONDS = 0.5
"""A last cue may end this long after the audio; it is cut to what is there."""

MIN_CLIPS = 3
"""Training, development and test part need one each."""

# A window without timestamps adds start, language, task, <|notimestamps|> and the end; one with
# them start, language, task, two times and the end.
SPECIAL_TOKENS = 6
MOST_TEXT = MAX_TOKENS - SPECIAL_TOKENS


@dataclass(frozen=True)
class Selection:
    """The usable clips, in the order of the recordings, and what fell out."""

    clips: tuple[Clip, ...]
    drops: tuple[Drop, ...]


Align = Callable[[Recording, Segment], Aligned]
"""Cuts a segment over 30 s."""


def unaligned(_recording: Recording, segment: Segment) -> Aligned:
    """For a caller that has nobody to listen: nothing of a long segment can be used."""
    return Aligned((), ((segment.start, segment.end),))


def select(
    recordings: Sequence[Recording],
    vocabulary: Vocabulary,
    language: str,
    align: Align = unaligned,
) -> Selection:
    """Keep the segments of 0.5 to 30 s with a text that fits the decoder.

    A longer one is cut by ``align``. One whose text does not fit is split into the fewest equal
    parts whose texts do. A `Clip.index` counts the parts. Reasons of drops: ``cue-too-short``,
    ``not-aligned``, ``outside-audio``, ``no-text``, ``text-too-long``.

    Raises:
        EngineFault: ``no-usable-data`` if nothing is left, ``too-few-segments`` under three, both
            with their ``data``; ``recording-unreadable`` if a PCM file is missing.
    """
    clips: list[Clip] = []
    drops: list[Drop] = []
    for recording in recordings:
        available = _available(recording)
        pieces: list[Segment] = []
        for written in recording.segments:
            each = Segment(written.start, written.end, plain(written.text))
            if round(each.end - each.start, 6) <= MAX_SECONDS:
                pieces.append(each)
                continue
            audible = Segment(each.start, min(each.end, available / SAMPLE_RATE), each.text)
            if audible.start >= audible.end or not normalise(each.text, language):
                pieces.append(each)  # dropped below, with its reason
                continue
            aligned = align(recording, audible)
            pieces += aligned.pieces
            drops += [_drop(recording, *span, "not-aligned") for span in aligned.dropped]
        parts = (part for each in pieces for part in _fitting(each, vocabulary))
        for index, segment in enumerate(parts):
            begin = max(0, round(segment.start * SAMPLE_RATE))
            stop = min(available, round(segment.end * SAMPLE_RATE))
            tokens = vocabulary.encode(segment.text)
            clip = Clip(recording.name, index, recording.pcm, begin, stop, segment.text, tokens)
            reason = _unfit(clip, segment.end, available, language)
            if reason:
                drops.append(_drop(recording, segment.start, segment.end, reason))
            else:
                clips.append(clip)
    if len(clips) < MIN_CLIPS:
        raise _too_few(len(clips), account(recordings, clips, drops))
    return Selection(tuple(clips), tuple(drops))


def _too_few(clips: int, ledger: Ledger) -> EngineFault:
    code, message = "no-usable-data", "No segment can be used for training."
    if clips:
        code = "too-few-segments"
        message = f"Training needs at least {MIN_CLIPS} usable segments, found {clips}."
    return EngineFault(code, message, fault="data", data=ledger.use(clips))


def _drop(recording: Recording, start: float, end: float, reason: str) -> Drop:
    return Drop(recording.name, round(start * SAMPLE_RATE), round(end * SAMPLE_RATE), reason)


def _fitting(segment: Segment, vocabulary: Vocabulary) -> tuple[Segment, ...]:
    """Parts of half a second at least with texts that fit; the whole where there are none such."""
    tokens = len(vocabulary.encode(segment.text))
    if tokens <= MOST_TEXT:
        return (segment,)
    whole = Cue(segment.start, segment.end, segment.text)
    for count in range(math.ceil(tokens / MOST_TEXT), int(whole.seconds / MIN_SECONDS) + 1):
        parts = divide(whole, count)
        if len(parts) < count:
            break
        if all(len(vocabulary.encode(part.text)) <= MOST_TEXT for part in parts):
            return tuple(Segment(part.start, part.end, part.text) for part in parts)
    return (segment,)


def _available(recording: Recording) -> int:
    """Samples that are there."""
    try:
        return recording.samples
    except OSError as error:
        message = f"the audio of {recording.name}: {error.strerror}"
        raise EngineFault("recording-unreadable", message, fault="platform") from error


def _unfit(clip: Clip, end: float, available: int, language: str) -> str | None:
    """Why a clip cannot be used, if so; ``end`` in seconds as it was asked for."""
    if end > available / SAMPLE_RATE + OVERHANG_SECONDS:
        return "outside-audio"
    if clip.seconds < MIN_SECONDS:
        return "cue-too-short"
    if not normalise(clip.text, language):
        return "no-text"
    if clip.seconds > MAX_SECONDS:
        return "not-aligned"
    if len(clip.tokens) > MOST_TEXT:
        return "text-too-long"
    return None
