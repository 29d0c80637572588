"""What the base model hears in a long recording, word by word."""

import os
from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from faster_whisper import WhisperModel

from shared.speech.alignment.values import HeardWord

from .alignment import Aligned, cut, place
from .hardware import Hardware
from .recording import SAMPLE_RATE, Recording, Segment, read_waveform

CHUNK = 300.0
"""Seconds that are heard at once, so that memory does not grow with the recording."""

SEARCHED = 15.0
"""Seconds at the end of a chunk in which its most silent moment is looked for."""

FRAME = SAMPLE_RATE // 100
SMOOTHED = 10
"""Frames of 10 ms over which loudness is averaged."""

SLACK = 0.1
"""Seconds: how far off a word's time may be."""


class Aligner:
    """Cuts long segments by what a base model hears in them.

    ``tick`` hears how many seconds it has listened to in all, and may raise. The model is loaded
    with the first segment.
    """

    def __init__(
        self,
        model_dir: Path,
        language: str,
        hardware: Hardware,
        threads: int,
        tick: Callable[[float], None],
    ) -> None:
        self._model_dir = model_dir
        self._language = language
        self._hardware = hardware
        self._threads = threads or len(os.sched_getaffinity(0))
        self._tick = tick
        self._listened = 0.0

    def __call__(self, recording: Recording, segment: Segment) -> Aligned:
        """The pieces of a segment that lies within the recording."""
        words = place(segment, self._hear(recording.pcm, segment), self._language)
        return cut(segment, words, partial(quietest, recording.pcm))

    @cached_property
    def _model(self) -> WhisperModel:
        return WhisperModel(
            str(self._model_dir),
            device=self._hardware.device,
            compute_type="float16" if self._hardware.device == "cuda" else "int8",
            cpu_threads=self._threads,
        )

    def _hear(self, pcm: Path, segment: Segment) -> list[HeardWord]:
        found: list[HeardWord] = []
        at = segment.start
        while at < segment.end:
            self._tick(self._listened)
            until = segment.end
            if until - at > CHUNK:
                until = quietest(pcm, at + CHUNK - SEARCHED, at + CHUNK)
            waveform = read_waveform(pcm, round(at * SAMPLE_RATE), round(until * SAMPLE_RATE))
            segments, _ = self._model.transcribe(
                waveform,
                language=self._language,
                beam_size=1,
                temperature=0.0,  # the same words each time
                condition_on_previous_text=False,
                word_timestamps=True,
            )
            found += [
                HeardWord(at + word.start, at + word.end, word.word, word.probability)
                for part in segments
                for word in part.words or ()
            ]
            self._listened += until - at
            at = until
        return found


def quietest(pcm: Path, start: float, end: float) -> float:
    """The middle of the most silent tenth of a second, at most a little outside two times."""
    low, high = min(start, end) - SLACK, max(start, end) + SLACK
    begin = max(0, round(low * SAMPLE_RATE))
    waveform = read_waveform(pcm, begin, round(high * SAMPLE_RATE))
    frames = waveform[: len(waveform) // FRAME * FRAME].reshape(-1, FRAME)
    if len(frames) < SMOOTHED:
        return (start + end) / 2
    loudness = np.convolve(np.square(frames).mean(axis=1), np.ones(SMOOTHED), mode="valid")
    middle = int(loudness.argmin()) + SMOOTHED / 2
    return (begin + middle * FRAME) / SAMPLE_RATE
