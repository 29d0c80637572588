"""What a model hears at once: at most half a minute of speech, without the pauses around it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import numpy.typing as npt
from faster_whisper.vad import VadOptions, get_speech_timestamps

from services.transcriber.adapters.audio import SAMPLE_RATE, quietest

WINDOW_SECONDS = 30
HALVED_SECONDS = 8
"""Shorter windows are not halved."""
PAUSE_MILLISECONDS = 160
"""Of a pause that is longer, 0.4 s remain at each end; as in faster-whisper's batched pipeline."""

UNHEARD_SECONDS = 2.0
"""Less speech without words is breath, a pause, a word drawn out: nothing that was left out."""
EDGE_SECONDS = 0.8
"""The times of words are some tenths of a second off, and a pause has 0.4 s at each end: what is
nearer to a word, without a pause between them, may be its own."""

Waveform = npt.NDArray[np.float32]


class Piece(TypedDict):
    """Speech, from `start` to `end` in samples; in the form of faster-whisper."""

    start: int
    end: int


@dataclass(frozen=True)
class Window:
    """Pieces of the audio and how they sound one after the other."""

    pieces: tuple[Piece, ...]
    waveform: Waveform

    @property
    def begin(self) -> float:
        """In seconds of the audio."""
        return self.pieces[0]["start"] / SAMPLE_RATE

    @property
    def end(self) -> float:
        """In seconds of the audio."""
        return self.pieces[-1]["end"] / SAMPLE_RATE

    @property
    def seconds(self) -> float:
        """How long it sounds."""
        return len(self.waveform) / SAMPLE_RATE


def windows(waveform: Waveform) -> Iterator[Window]:
    """All speech of a stretch of audio, in order; Whisper makes words up where nobody speaks."""
    options = VadOptions(
        max_speech_duration_s=WINDOW_SECONDS, min_silence_duration_ms=PAUSE_MILLISECONDS
    )
    held: list[Piece] = []
    for piece in get_speech_timestamps(waveform, options):
        if held and _samples([*held, piece]) > WINDOW_SECONDS * SAMPLE_RATE:
            yield _window(held, waveform)
            held = []
        held.append(piece)
    if held:
        yield _window(held, waveform)


def _samples(pieces: Sequence[Piece]) -> int:
    return sum(each["end"] - each["start"] for each in pieces)


def _window(pieces: Sequence[Piece], waveform: Waveform) -> Window:
    parts = [waveform[each["start"] : each["end"]] for each in pieces]
    return Window(tuple(pieces), np.concatenate(parts))


def halves(window: Window) -> tuple[Window, ...]:
    """Cut in the pause nearest to the middle, or where it is quietest; none of a short window."""
    if window.seconds < HALVED_SECONDS:
        return ()
    pieces, middle = list(window.pieces), len(window.waveform) // 2
    if len(pieces) == 1:
        whole = pieces[0]
        at = middle // 2 + quietest(window.waveform[middle // 2 : middle + middle // 2])
        pieces = [
            Piece(start=whole["start"], end=whole["start"] + at),
            Piece(start=whole["start"] + at, end=whole["end"]),
        ]
    count = min(range(1, len(pieces)), key=lambda count: abs(_samples(pieces[:count]) - middle))
    at = _samples(pieces[:count])
    return (
        Window(tuple(pieces[:count]), window.waveform[:at]),
        Window(tuple(pieces[count:]), window.waveform[at:]),
    )


def unheard(window: Window, words: Sequence[tuple[float, float]]) -> list[Window]:
    """The parts of a window that have none of the words, which have times in order.

    A part is shorter than the window. There is none where there are no words: nothing is said.
    """
    if not words:
        return []
    borders = [None, *(round(at * SAMPLE_RATE) for each in words for at in each), None]
    parts = (_between(window, *each) for each in zip(borders[::2], borders[1::2], strict=True))
    least, most = round(UNHEARD_SECONDS * SAMPLE_RATE), len(window.waveform)
    return [each for each in parts if least < len(each.waveform) < most]


def _between(window: Window, begin: int | None, end: int | None) -> Window:
    """What lies between the end of a word and the begin of the next one, if there are such."""
    edge = round(EDGE_SECONDS * SAMPLE_RATE)
    pieces: list[Piece] = []
    parts: list[Waveform] = [window.waveform[:0]]
    offset = 0
    for piece in window.pieces:
        low = piece["start"] if begin is None else max(piece["start"], begin)
        high = piece["end"] if end is None else min(piece["end"], end)
        first = offset - piece["start"]
        offset += piece["end"] - piece["start"]
        if low > piece["start"] and high - low >= edge:
            low += quietest(window.waveform[first + low : first + low + edge])
        elif low > piece["start"]:
            continue
        if high < piece["end"] and high - low >= edge:
            high -= edge - quietest(window.waveform[first + high - edge : first + high])
        elif high < piece["end"]:
            continue
        if low < high:
            pieces.append(Piece(start=low, end=high))
            parts.append(window.waveform[first + low : first + high])
    return Window(tuple(pieces), np.concatenate(parts))
