"""Speech to text by faster-whisper, from PCM only: nothing else here ever opens media.

The options are those that the trainer scores with (`services/trainer/engine`: beams, without
timestamps), so that a model serves as its evaluation says.
"""

import math
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, groupby, pairwise
from pathlib import Path
from typing import Any, Literal, NamedTuple

import ctranslate2
import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel
from faster_whisper.transcribe import Segment as Heard
from faster_whisper.transcribe import restore_speech_timestamps

from services.transcriber.adapters.audio import SAMPLE_RATE, PcmFile, spans
from services.transcriber.adapters.budget import HOT_TOKENS, most_tokens, room
from services.transcriber.adapters.placing import placer
from services.transcriber.adapters.segments import segments
from services.transcriber.adapters.streams import in_order
from services.transcriber.adapters.windows import Window, halves, unheard, windows
from services.transcriber.domain.transcripts import Segment, TranscriptionFault, spoken_language
from shared.events.transcriber import Task
from shared.speech.alignment.placing import Place
from shared.speech.decoding import BEAM_SIZE

OPTIONS: dict[str, Any] = {
    "beam_size": BEAM_SIZE,
    "temperature": 0.0,
    # The words have times; a model that writes timestamps, too, loops more often.
    "without_timestamps": True,
    "word_timestamps": True,
}
NO_SPEECH = 0.6
UNSURE = -1.0
"""A window that the model takes for no speech, with this probability, has none if its text is as
unsure, by the logarithm of a token's probability; as in Whisper. The guess alone is no better than
a toss in noise and in short announcements."""


class Device(NamedTuple):
    """How a model is run. `streams` batches of `batch` windows are heard at the same time."""

    compute_type: str
    batch: int
    streams: int


DEVICES = {"cpu": Device("int8_float32", 1, 2), "cuda": Device("float16", 16, 1)}


class Progress(NamedTuple):
    """All of the audio before `seconds` is heard; `segment` is what was said last.

    It is None at the end of a span: what follows depends on nothing before.
    """

    seconds: float
    segment: Segment | None


class Batch(NamedTuple):
    """Windows of the span from `begin` to `end`, in seconds of the file; `last` are its last."""

    windows: Sequence[Window]
    begin: float
    end: float
    last: bool


class Hints(NamedTuple):
    """What the decoder is told; `words` take `tokens` of it."""

    task: Task
    language: str
    words: str
    tokens: int


class Recogniser:
    """A model in memory, with the language forced. The same audio gives the same text."""

    def __init__(
        self, directory: Path, device: Literal["auto", "cpu", "cuda"], threads: int
    ) -> None:
        if device == "auto":
            device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
        self._device = DEVICES[device]
        self._model = WhisperModel(
            str(directory),
            device=device,
            compute_type=self._device.compute_type,
            cpu_threads=threads or len(os.sched_getaffinity(0)),
            num_workers=self._device.streams,
        )

    def listen(
        self,
        pcm: Path,
        language: str,
        hot_words: Iterable[str] = (),
        task: Task = "transcribe",
        begin: float = 0.0,
    ) -> Iterator[Progress]:
        """Segments of a file of 16-bit mono samples at 16 kHz, in order, as they are heard.

        From `begin`, in seconds, where a span ended, they are those of the whole file. The
        decoder is offered the hot words that fit into `HOT_TOKENS`, the first ones first. Raises
        `TranscriptionFault` where the model does not know the language, or the task.
        """
        if task == "translate" and not self._model.model.is_multilingual:
            message = "The model knows English only: it does not translate."
            raise TranscriptionFault("translation-not-supported", message, final=True)
        spoken = spoken_language(language, self._knows)
        offered = self._offered(hot_words)
        hints = Hints(task, spoken, offered, self._cost(f" {offered}") + 1 if offered else 0)

        def hear(batch: Batch) -> list[Progress]:
            heard = self._hear(batch.windows, hints) if batch.windows else ()
            found = [
                Progress(each.end, each)
                for window, text in heard
                if _is_speech(text)
                for each in segments(text, window, batch.begin, task)
            ]
            return [*found, Progress(batch.end, None)] if batch.last else found

        batches = _batches(PcmFile(pcm), round(begin * SAMPLE_RATE), self._device)
        for heard in in_order(hear, batches, self._device.streams):
            yield from heard

    def placer(self, pcm: Path, language: str) -> Place:
        """Places words in a file of such samples. Raises as `listen` does."""
        spoken = spoken_language(language, self._knows)
        return placer(self._model, PcmFile(pcm), spoken)

    def _hear(self, batch: Sequence[Window], hints: Hints) -> Iterator[tuple[Window, Heard]]:
        """What is said in windows of one span, in its time.

        A text that did not end within its tokens is a loop, or speech that needs more of them: the
        halves of its window are heard instead. What is too short for that is heard once more
        without repetitions, which counts only if it ends.
        """
        most = most_tokens(max(each.seconds for each in batch), hints.tokens)
        wanted = room(most, hints.tokens)
        heard = groupby(self._transcribe(batch, hints, most), lambda each: each.seek)
        for window, (_, found) in zip(batch, heard, strict=True):
            texts = list(found)
            if _ended(texts, wanted):
                for each in texts:
                    yield from self._with_the_rest(window, each, hints)
            elif parts := halves(window):
                for part in parts:
                    yield from self._hear([part], hints)
            else:
                again = list(self._transcribe([window], hints, most, no_repeat_ngram_size=3))
                yield from ((window, each) for each in (again if _ended(again, wanted) else texts))

    def _with_the_rest(
        self, window: Window, heard: Heard, hints: Hints
    ) -> Iterator[tuple[Window, Heard]]:
        """What is heard of a window, in order, and of the parts that its text leaves without words.

        Without timestamps a model may end its text where a sentence is said again, or leave it out.
        """
        words = list(heard.words or ())
        times = [(each.start, each.end) for each in words]
        for part in unheard(window, times) if _is_speech(heard) else ():
            before = [each for each in words if each.start < part.begin]
            yield window, replace(heard, words=before)
            yield from self._hear([part], hints)
            words = words[len(before) :]
        yield window, replace(heard, words=words)

    def _transcribe(
        self, batch: Sequence[Window], hints: Hints, most: int, **options: int
    ) -> Iterator[Heard]:
        ends = list(accumulate(len(each.waveform) for each in batch))
        heard, _ = BatchedInferencePipeline(self._model).transcribe(
            np.concatenate([each.waveform for each in batch]),
            task=hints.task,
            language=hints.language,
            hotwords=hints.words or None,
            max_new_tokens=most,
            batch_size=len(batch),
            clip_timestamps=[
                {"start": _inside(begin), "end": _inside(end)}
                for begin, end in pairwise([0, *ends])
            ],
            **OPTIONS | options,
        )
        pieces = [dict(piece) for each in batch for piece in each.pieces]
        yield from restore_speech_timestamps(heard, pieces, SAMPLE_RATE)

    def _offered(self, hot_words: Iterable[str]) -> str:
        """The words as faster-whisper takes them; empty where there are none."""
        offered, left = [], HOT_TOKENS
        for word in hot_words:
            # One by one: the tokens of words with commas between them are those of each.
            cost = self._cost(f" {word},")
            if cost <= left and "<|" not in word:  # which could be read as a mark of the model
                offered.append(word)
                left -= cost
        return ", ".join(offered)

    def _cost(self, text: str) -> int:
        return len(self._model.hf_tokenizer.encode(text, add_special_tokens=False).ids)

    def _knows(self, language: str) -> bool:
        if not self._model.model.is_multilingual:
            return language == "en"
        return self._model.hf_tokenizer.token_to_id(f"<|{language}|>") is not None


def _inside(sample: int) -> float:
    """Seconds that faster-whisper, which rounds down, takes for this sample."""
    return (sample + 0.5) / SAMPLE_RATE


def _ended(texts: Iterable[Heard], within: int) -> bool:
    return sum(len(each.tokens) for each in texts) < within


def _is_speech(heard: Heard) -> bool:
    return bool(heard.no_speech_prob <= NO_SPEECH or heard.avg_logprob >= UNSURE)


def _batches(samples: PcmFile, begun: int, device: Device) -> Iterator[Batch]:
    """Of each span as many as keep all streams busy, and a size that is nearly the same."""
    for begin, end in spans(samples, begun):
        found = list(windows(np.divide(samples[begin:end], 32768, dtype=np.float32)))
        rounds = max(1, math.ceil(len(found) / (device.batch * device.streams)))
        size = max(1, math.ceil(len(found) / (rounds * device.streams)))
        for first in range(0, max(len(found), 1), size):
            batch, last = found[first : first + size], first + size >= len(found)
            yield Batch(batch, begin / SAMPLE_RATE, end / SAMPLE_RATE, last)
