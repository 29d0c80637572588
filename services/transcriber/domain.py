"""What the transcriber decides: what it takes, and how transcripts and captions are written."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, computed_field

from shared.errors import ArgotError
from shared.rpc.transcriber import JobKind, Result, ResultFormat
from shared.rpc.uploads import MAX_FILE_SIZE
from shared.speech import captions
from shared.speech.alignment.values import AlignedCue
from shared.speech.cues import Cue
from shared.speech.filenames import FileKind, UploadType, allows, extension, is_name, kind_of

Line = Literal["short", "long"]

CONTENT_TYPES: dict[ResultFormat, str] = {
    "json": "application/json",
    "txt": "text/plain; charset=utf-8",
    "srt": "application/x-subrip; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
}
RELATED = {"yue": "zh"}
"""Languages that older models know under another one, written alike."""


SHORT_SECONDS = 600
BYTES_A_SECOND = {"wav": 75_000, "flac": 40_000, "mp3": 16_000, "m4a": 16_000}
VIDEO_BYTES_A_SECOND = 250_000
"""Between what speech takes and what studios make, each about three times less or more."""


class TranscriptionFault(Exception):
    """Why a transcription fails, in words for the user; unless `final`, another try may do."""

    def __init__(self, code: str, message: str, *, final: bool) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.final = final


class Stopped(Exception):
    """The lease is lost or the worker stops; another worker begins anew."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Word(_Part):
    """A word with its space and punctuation: joined they are the text. Times in seconds."""

    start: float
    end: float
    word: str
    probability: float


class Segment(_Part):
    """A phrase; `probability` is the geometric mean of its tokens'."""

    start: float
    end: float
    text: str
    probability: float
    words: tuple[Word, ...]


class Transcript(_Part):
    """The result as it is stored and as `format=json` answers it; `duration` in seconds."""

    language: str
    duration: float
    segments: tuple[Segment, ...]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def text(self) -> str:
        """All segments, separated by spaces."""
        return " ".join(segment.text for segment in self.segments)


class AlignedTranscript(_Part):
    """The result of an alignment, as it is stored and as `format=json` answers it.

    The texts of `cues` are the transcript's, in order. `unmatched_audio` is where somebody speaks
    and no text was found: [start, end] in seconds.
    """

    language: str
    duration: float
    cues: tuple[AlignedCue, ...]
    unmatched_audio: tuple[tuple[float, float], ...]


def written(language: str, duration: float, segments: Iterable[Segment]) -> Iterator[str]:
    """The JSON of a `Transcript`, piece by piece as its segments come: only the text is kept."""
    yield f'{{"language":{json.dumps(language)},"duration":{json.dumps(duration)},"segments":['
    texts: list[str] = []
    for segment in segments:
        yield f"{',' if texts else ''}{segment.model_dump_json()}"
        texts.append(segment.text)
    yield f'],"text":{json.dumps(" ".join(texts), ensure_ascii=False)}}}'


def check_file(name: str, size: int) -> None:
    """Errors: `invalid-request`, `unsupported-file-type`, `file-too-large`."""
    if not is_name(name):
        raise _invalid("name", "A file name has 1 to 255 bytes and no control characters")
    kind = kind_of(name)
    if kind is None or not allows(UploadType.AUDIO, kind):
        raise ArgotError("unsupported-file-type", "Only audio and video can be transcribed")
    if size > MAX_FILE_SIZE:
        raise ArgotError("file-too-large", "A file has at most 10 GiB")
    if size < 1:
        raise _invalid("size", "The file is empty")


def check_transcript(text: str) -> None:
    """Errors: `invalid-request`."""
    if not text.strip():
        raise _invalid("transcript", "The transcript is empty")
    if any(each < " " and not each.isspace() for each in text):
        raise _invalid("transcript", "Control characters are not allowed")


def guessed_seconds(name: str, size: int) -> int:
    """How long the audio may be, at least 1; only decoding will tell.

    A guess by the kind of file is some times too long or too short. Bytes alone would say that a
    minute of video is an hour of MP3.
    """
    video = kind_of(name) is FileKind.VIDEO
    rate = VIDEO_BYTES_A_SECOND if video else BYTES_A_SECOND[extension(name)]
    return max(1, size // rate)


def line_for(seconds: int) -> Line:
    """The one of its organisation's two lines that a job of so much audio waits in."""
    return "short" if seconds <= SHORT_SECONDS else "long"


def turn(clock: int, ahead: int, seconds: int) -> int:
    """When a new job's turn is: jobs begin in order of their turns, lowest first.

    `clock` is the turn of the last job that began, `ahead` that of the last one in the new one's
    line, 0 where none waits. So each line gets the same seconds of audio, and before a job there
    begin, of each other line, one job and as many seconds as its own line has with it.
    """
    return max(clock, ahead) + seconds


def spoken_language(language: str, knows: Callable[[str], bool]) -> str:
    """The language that the model is told to hear. Raises `TranscriptionFault`."""
    for candidate in (language, RELATED.get(language, language)):
        if knows(candidate):
            return candidate
    message = f"The model does not know the language {language}."
    raise TranscriptionFault("language-not-supported", message, final=True)


def render(document: bytes, kind: JobKind, result_format: ResultFormat) -> Result:
    """A stored result in one of the formats."""
    content_type = CONTENT_TYPES[result_format]
    if result_format == "json":
        return Result(content=document.decode(), content_type=content_type)
    write = {"txt": captions.to_txt, "srt": captions.to_srt, "vtt": captions.to_vtt}[result_format]
    cues = _captions(document) if kind == "alignment" else _segments(document)
    return Result(content=write(cues), content_type=content_type)


def _segments(document: bytes) -> list[Cue]:
    segments = Transcript.model_validate_json(document).segments
    return [Cue(each.start, each.end, each.text) for each in segments]


def _captions(document: bytes) -> list[Cue]:
    aligned = AlignedTranscript.model_validate_json(document)
    cues = [Cue(each.start, each.end, each.text) for each in aligned.cues]
    return captions.shown(cues, aligned.duration)


def _invalid(field: str, message: str) -> ArgotError:
    fault = {"code": "invalid-request", "message": message, "field": field}
    return ArgotError("invalid-request", message, errors=[fault])
