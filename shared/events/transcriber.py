"""Events of the transcriber: the life of one transcription, the end of one alignment."""

from typing import ClassVar, Literal

from shared.events.contract import Event

Task = Literal["transcribe", "translate"]
"""What is written: what is said in its own language, or in English."""


class TranscriptionEvent(Event):
    """About one transcription; what is said in `language` is written so, or in English."""

    subject_field: ClassVar[str] = "transcription_id"
    transcription_id: str
    language: str
    task: Task = "transcribe"


class TranscriptionQueued(TranscriptionEvent):
    """The audio is complete and waits for a worker."""

    publisher: ClassVar[str] = "transcriber"
    name: str


class TranscriptionSucceeded(TranscriptionEvent):
    """The transcript can be fetched; `duration` is the audio's, in seconds."""

    publisher: ClassVar[str] = "transcriber"
    duration: float


class TranscriptionFailed(TranscriptionEvent):
    """There is no transcript, and why."""

    publisher: ClassVar[str] = "transcriber"
    code: str
    message: str


class AlignmentEvent(Event):
    """About one alignment."""

    subject_field: ClassVar[str] = "alignment_id"
    alignment_id: str
    language: str


class AlignmentSucceeded(AlignmentEvent):
    """The captions can be fetched; `duration` is the audio's, in seconds."""

    publisher: ClassVar[str] = "transcriber"
    duration: float


class AlignmentFailed(AlignmentEvent):
    """There are no captions, and why."""

    publisher: ClassVar[str] = "transcriber"
    code: str
    message: str
