"""Values that several events carry."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """An immutable part of an event."""

    model_config = ConfigDict(frozen=True)


class StoredFile(Value):
    """A file in object storage; `sha256` is the hex digest of its `size` bytes."""

    storage_key: str
    size: int
    sha256: str


class DatasetFile(StoredFile):
    """A dataset file as the trainer reads it; `duration` in seconds for audio."""

    dataset_id: str
    name: str
    duration: float | None = None


class AudioLevels(Value):
    """How a recording's samples lie: `peak` from 0 to 1 of full scale, the others shares of it.

    `silence` is the share of tenths of a second below -50 dBFS, `clipping` that of samples at full
    scale.
    """

    peak: float
    silence: float
    clipping: float


class TextFacts(Value):
    """What a transcript's or a manifest's text is like, without the text.

    `spoken_seconds` is the sum of its cues, None where it has no times; `longest_label` counts the
    UTF-8 bytes of the longest text that becomes one label. `language` is ISO 639-1, None where the
    text is too short to tell.
    """

    characters: int
    words: int
    spoken_seconds: float | None
    longest_label: int
    language: str | None


class Pair(Value):
    """A recording and the transcript that belongs to it."""

    audio: DatasetFile
    transcript: DatasetFile


class Sample(Value):
    """One held-out segment: what was said, and what both models heard."""

    reference: str
    baseline: str
    tuned: str


class Comparison(Value):
    """A figure of the base model and of the tuned one."""

    baseline: float
    tuned: float


class Novel(Value):
    """Word error rates (fractions) on the segments whose text is unlike all that was trained on."""

    segments: int
    wer: Comparison


class Terms(Value):
    """Share found of the words that are frequent in the recordings and rare elsewhere."""

    words: list[str]
    spoken: int
    recall: Comparison


class Evaluation(Value):
    """Word error rates (fractions) on recordings that the training never saw.

    `ci95` is that of `wer`, `difference_ci95` that of `wer - baseline_wer`. `cer` counts
    characters, `folded_wer` words with small numbers spelled out and without diacritics.
    `hallucinated_words` are words a minute that are heard in silence and noise.
    """

    baseline_wer: float
    wer: float
    ci95: tuple[float, float]
    test_seconds: float
    samples: list[Sample]
    difference_ci95: tuple[float, float] | None = None
    cer: Comparison | None = None
    folded_wer: Comparison | None = None
    novel: Novel | None = None
    terms: Terms | None = None
    hallucinated_words: Comparison | None = None


class Dropped(Value):
    """Seconds of a file that were not used, and why.

    `spans` are the longest places of them in order of time, in seconds of the file; not all where
    they are many, none where the file is left out as a whole.
    """

    file: str
    reason: str
    seconds: float
    spans: list[tuple[float, float]] = []


class Suspect(Value):
    """A segment, in seconds of its file, in which the base model hears another text."""

    file: str
    start: float
    end: float
    written: str
    heard: str


class DataUse(Value):
    """What became of the data: used segments and the ledger of dropped seconds.

    `suspects` are used all the same: their transcripts are worth a look.
    """

    segments: int
    seconds_used: float
    dropped: list[Dropped]
    suspects: list[Suspect] = []


Fault = Literal["data", "platform"]
