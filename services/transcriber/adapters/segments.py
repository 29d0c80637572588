"""What is heard of a window as segments, in the time of the whole file."""

import math
from collections.abc import Iterator

from faster_whisper.transcribe import Segment as Heard

from services.transcriber.adapters.windows import Window
from services.transcriber.domain.phrases import phrases
from services.transcriber.domain.transcripts import Segment, Word
from shared.events.transcriber import Task


def segments(heard: Heard, window: Window, begin: float, task: Task) -> Iterator[Segment]:
    """In the time of the whole file; the padding of a window is no time of it.

    The words of a translation are not those that are said: only its segments have times.
    """

    def at(seconds: float) -> float:
        return round(begin + min(max(seconds, window.begin), window.end), 3)

    words = [
        Word(
            start=at(each.start),
            end=at(each.end),
            word=each.word,
            probability=round(each.probability, 4),
        )
        for each in heard.words or ()
    ]
    for phrase in phrases(words):
        text = "".join(each.word for each in phrase).strip()
        if text:
            yield Segment(
                start=phrase[0].start,
                end=phrase[-1].end,
                text=text,
                probability=round(math.exp(min(0.0, heard.avg_logprob)), 4),
                words=tuple(phrase) if task == "transcribe" else (),
            )
