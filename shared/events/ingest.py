"""Events of ingest. `revision` numbers the changes of one model's datasets from 1, without gaps."""

from typing import ClassVar, Literal

from shared.events.contract import Event
from shared.events.data import AudioLevels, TextFacts


class DatasetEvent(Event):
    """One change of one model's datasets."""

    model_id: str
    dataset_id: str
    name: str
    revision: int


class DatasetUploaded(DatasetEvent):
    """A file is probed, converted where needed, and stored. Times are seconds.

    `levels` is there for audio, `text` for transcripts and manifests; `named` are the audio files
    that a manifest names, each once.
    """

    publisher: ClassVar[str] = "ingest"
    type: Literal["AUDIO", "TRANSCRIPT", "MANIFEST"]
    storage_key: str
    size: int
    sha256: str
    duration: float | None
    start_time: float | None
    end_time: float | None
    cues: int | None
    levels: AudioLevels | None = None
    text: TextFacts | None = None
    named: list[str] | None = None


class DatasetRejected(DatasetEvent):
    """A file could not be used; its row stays, failed, until somebody deletes it."""

    publisher: ClassVar[str] = "ingest"
    code: str
    message: str


class DatasetDeleted(DatasetEvent):
    """A file is gone for users and for later trainings."""

    publisher: ClassVar[str] = "ingest"
