"""Speech to text by faster-whisper, from PCM only: nothing else here ever opens media.

The options are those that the trainer scores with (`services/trainer/engine`: `beam_size` of
`EngineSettings`, greedy, loops decoded again), so that a model serves as its evaluation says.
"""

import math
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

import ctranslate2
import numpy as np
import numpy.typing as npt
from faster_whisper import WhisperModel
from faster_whisper.transcribe import Segment as Heard

from services.transcriber.adapters.placing import place_words
from services.transcriber.domain.transcripts import (
    Segment,
    TranscriptionFault,
    Word,
    spoken_language,
)
from shared.events.transcriber import Task
from shared.speech.alignment.placing import Place
from shared.speech.alignment.values import HeardWord

SAMPLE_RATE = 16_000
SPAN_SECONDS = 300
"""Longer audio is heard in spans, so that memory stays flat."""
BORDER_SECONDS = 30
"""A span ends at the quietest moment of its last seconds."""
OPTIONS: dict[str, Any] = {
    "beam_size": 1,
    # Greedy. Only a window that compresses as no speech does, a loop, is decoded again, by
    # sampling; announcements that repeat themselves stay below 3.
    "temperature": (0.0, 0.4, 0.8),
    "compression_ratio_threshold": 4.0,
    "log_prob_threshold": None,
    # A window that goes wrong cannot lead the next ones astray, and every window is alike.
    "condition_on_previous_text": False,
    "word_timestamps": True,
    # Whisper makes words up where nobody speaks. Its own guess at that, which would leave out a
    # whole window, is no better than a toss in noise and in short prompts.
    "vad_filter": True,
    "no_speech_threshold": None,
}
TASKS: dict[Task, dict[str, Any]] = {
    "transcribe": OPTIONS,
    # The words of a translation are not those that are said: they have no times.
    "translate": OPTIONS | {"task": "translate", "word_timestamps": False},
}
CONTEXT_TOKENS = 448
"""Of a window, all that the decoder is told and all that it writes."""
HOT_TOKENS = 112
"""A quarter of them for hot words, half of what faster-whisper would cut at: fast speech in some
scripts takes more than the other half."""
MARK_TOKENS = 4
"""That a past follows, that the text begins, its language, its task."""
SHORT_SECONDS = 16
"""Shorter audio is heard with a limit to its text; in longer one, loops are heard again."""
COMPUTE_TYPES = {"cpu": "int8_float32", "cuda": "float16"}

_FRAME = SAMPLE_RATE // 10

Samples = npt.NDArray[np.int16]


class PcmFile:
    """16-bit samples that are read where they are asked for.

    A mapped file would do, but all that was read of it counts as memory of the process.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._length = path.stat().st_size // 2

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, wanted: slice) -> Samples:
        begin, end, _ = wanted.indices(self._length)
        return np.fromfile(self._path, "<i2", end - begin, offset=2 * begin)


class Progress(NamedTuple):
    """All of the audio before `seconds` is heard; `segment` is what was said last, if anything."""

    seconds: float
    segment: Segment | None


class Recogniser:
    """A model in memory, with the language forced.

    The same audio gives the same text, except where the greedy text was a loop.
    """

    def __init__(
        self, directory: Path, device: Literal["auto", "cpu", "cuda"], threads: int
    ) -> None:
        if device == "auto":
            device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
        self._model = WhisperModel(
            str(directory),
            device=device,
            compute_type=COMPUTE_TYPES[device],
            cpu_threads=threads or len(os.sched_getaffinity(0)),
        )

    def listen(
        self,
        pcm: Path,
        language: str,
        hot_words: Iterable[str] = (),
        task: Task = "transcribe",
    ) -> Iterator[Progress]:
        """Segments of a file of 16-bit mono samples at 16 kHz, in order, as they are heard.

        The decoder is offered the hot words that fit into `HOT_TOKENS`, the first ones first.
        Raises `TranscriptionFault` where the model does not know the language, or the task.
        """
        samples = PcmFile(pcm)
        if task == "translate" and not self._model.model.is_multilingual:
            message = "The model knows English only: it does not translate."
            raise TranscriptionFault("translation-not-supported", message, final=True)
        spoken = spoken_language(language, self._knows)
        offered = self._offered(hot_words)
        room = CONTEXT_TOKENS - MARK_TOKENS
        options = TASKS[task]
        if offered:
            options, room = options | {"hotwords": offered}, room - HOT_TOKENS
        for begin, end in spans(samples):
            waveform = samples[begin:end].astype(np.float32) / 32768
            offset, limit = begin / SAMPLE_RATE, end / SAMPLE_RATE
            most = _most_tokens(limit - offset, room)
            heard, _ = self._model.transcribe(
                waveform, language=spoken, max_new_tokens=most, **options
            )
            for each in heard:
                segment = _segment(each, offset, limit)
                yield Progress(segment.end, segment if segment.text else None)
            yield Progress(limit, None)

    def placer(self, pcm: Path, language: str) -> Place:
        """Places words in a file of such samples. Raises as `listen` does."""
        samples = PcmFile(pcm)
        spoken = spoken_language(language, self._knows)

        def place(start: float, end: float, words: Sequence[str]) -> list[HeardWord] | None:
            read = samples[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]
            waveform = read.astype(np.float32) / np.float32(32768)
            found = place_words(self._model, waveform, spoken, words)
            return found and [
                replace(each, start=start + each.start, end=start + each.end) for each in found
            ]

        return place

    def _offered(self, hot_words: Iterable[str]) -> str:
        """The words as faster-whisper takes them; empty where there are none."""
        offered, left = [], HOT_TOKENS
        for word in hot_words:
            # One by one: the tokens of words with commas between them are those of each.
            cost = len(self._model.hf_tokenizer.encode(f" {word},", add_special_tokens=False).ids)
            if cost <= left and "<|" not in word:  # which could be read as a mark of the model
                offered.append(word)
                left -= cost
        return ", ".join(offered)

    def _knows(self, language: str) -> bool:
        if not self._model.model.is_multilingual:
            return language == "en"
        return self._model.hf_tokenizer.token_to_id(f"<|{language}|>") is not None


def _most_tokens(seconds: float, room: int) -> int | None:
    """Nobody says more in so short a time; without this a loop on one word fills the window.

    `room` is what the decoder can write at most.
    """
    return min(int(16 + 25 * seconds), room) if seconds < SHORT_SECONDS else None


def spans(samples: Samples | PcmFile) -> Iterator[tuple[int, int]]:
    """Cut into spans of 5 minutes at most, the last one half a minute more: (begin, end)."""
    longest, border = SPAN_SECONDS * SAMPLE_RATE, BORDER_SECONDS * SAMPLE_RATE
    begin = 0
    while len(samples) - begin > longest + border:
        searched = begin + longest - border
        end = searched + _quietest(samples[searched : begin + longest])
        yield begin, end
        begin = end
    yield begin, len(samples)


def _quietest(samples: Samples) -> int:
    """The middle of the quietest half second, in samples from the beginning."""
    frames = samples[: len(samples) // _FRAME * _FRAME].astype(np.float32).reshape(-1, _FRAME)
    energies = np.convolve((frames**2).mean(axis=1), np.ones(5), mode="valid")
    return (int(energies.argmin()) * 2 + 5) * _FRAME // 2


def _segment(heard: Heard, offset: float, limit: float) -> Segment:
    """In the time of the whole file; the padding of the last window is no time of it."""

    def at(seconds: float) -> float:
        return round(min(seconds + offset, limit), 3)

    words = (
        Word(
            start=at(each.start),
            end=at(each.end),
            word=each.word,
            probability=round(each.probability, 4),
        )
        for each in heard.words or ()
    )
    return Segment(
        start=at(heard.start),
        end=at(heard.end),
        text=heard.text.strip(),
        probability=round(math.exp(min(0.0, heard.avg_logprob)), 4),
        words=tuple(words),
    )
