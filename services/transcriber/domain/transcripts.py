"""What files and texts are taken, and how transcripts and captions are written."""

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO

import ijson
from pydantic import BaseModel, ConfigDict

from services.transcriber.domain.glossary import Edited, Terms, edit
from shared.errors import ArgotError
from shared.events.transcriber import Task
from shared.rpc.catalog import TranscriptionTarget
from shared.rpc.transcriber import JobKind, Result, ResultFormat
from shared.rpc.uploads import MAX_FILE_SIZE
from shared.speech import captions
from shared.speech.alignment.values import AlignedCue
from shared.speech.cues import Cue
from shared.speech.filenames import UploadType, allows, is_name, kind_of

CONTENT_TYPES: dict[ResultFormat, str] = {
    "json": "application/json",
    "txt": "text/plain; charset=utf-8",
    "srt": "application/x-subrip; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
}
WRITE: dict[ResultFormat, Callable[[Iterable[Cue]], str]] = {
    "txt": captions.to_txt,
    "srt": captions.to_srt,
    "vtt": captions.to_vtt,
}
RELATED = {"yue": "zh"}
"""Languages that older models know under another one, written alike."""


class TranscriptionFault(Exception):
    """Why a transcription fails, in words for the user; unless `final`, another try may do."""

    def __init__(self, code: str, message: str, *, final: bool) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.final = final


class Stopped(Exception):
    """The lease is lost, the worker stops, or it is not the job's turn; another attempt follows."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Word(_Part):
    """A word with its space and punctuation: joined they are the text. Times in seconds."""

    start: float
    end: float
    word: str
    probability: float


class Segment(_Part):
    """A phrase as it was heard; `probability` is the geometric mean of its tokens'.

    `edited` is there where the glossary changed the text.
    """

    start: float
    end: float
    text: str
    probability: float
    words: tuple[Word, ...]
    edited: Edited | None = None

    @property
    def shown(self) -> str:
        """The text by the glossary."""
        return self.edited.text if self.edited else self.text


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
    """The result as it is stored and as `format=json` answers it, piece by piece.

    It has `language`, `duration` in seconds, `segments`, and `text`, all of theirs with spaces
    between; `edited_text` where the glossary changed anything. Only the texts are kept in memory.
    """
    yield f'{{"language":{json.dumps(language)},"duration":{json.dumps(duration)},"segments":['
    heard: list[str] = []
    shown: list[str] = []
    for segment in segments:
        yield f"{',' if heard else ''}{segment.model_dump_json(exclude_none=True)}"
        heard.append(segment.text)
        shown.append(segment.shown)
    yield f'],"text":{_joined(heard)}'
    if shown != heard:
        yield f',"edited_text":{_joined(shown)}'
    yield "}"


def _joined(texts: Iterable[str]) -> str:
    return json.dumps(" ".join(texts), ensure_ascii=False)


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


def check_task(task: Task, target: TranscriptionTarget) -> None:
    """Errors: `invalid-request`.

    A custom model has learnt from transcripts alone, and nobody has measured what it made of
    its base model's translations.
    """
    if task == "translate" and target.model_id is not None:
        message = "A custom model does not translate: name its base language"
        raise _invalid("target", message)


def check_transcript(text: str) -> None:
    """Errors: `invalid-request`."""
    if not text.strip():
        raise _invalid("transcript", "The transcript is empty")
    if any(each < " " and not each.isspace() for each in text):
        raise _invalid("transcript", "Control characters are not allowed")


def spoken_language(language: str, knows: Callable[[str], bool]) -> str:
    """The language that the model is told to hear. Raises `TranscriptionFault`."""
    for candidate in (language, RELATED.get(language, language)):
        if knows(candidate):
            return candidate
    message = f"The model does not know the language {language}."
    raise TranscriptionFault("language-not-supported", message, final=True)


def edited(segments: Iterable[Segment], terms: Terms) -> Iterator[Segment]:
    """The segments with what the glossary makes of them."""
    for segment in segments:
        yield segment.model_copy(update={"edited": edit(segment.text, terms)})


def render(
    document: BinaryIO, kind: JobKind, result_format: ResultFormat, *, glossary: bool = True
) -> Result:
    """A stored result in one of the formats; JSON has all texts, the others one of them.

    But for JSON there is no more of it in memory than the text and its times.
    """
    content_type = CONTENT_TYPES[result_format]
    if result_format == "json":
        return Result(content=document.read().decode(), content_type=content_type)
    if kind == "alignment":
        content = _captions(document, result_format)
    else:
        content = WRITE[result_format](_segments(document, glossary=glossary))
    return Result(content=content, content_type=content_type)


def _segments(document: BinaryIO, *, glossary: bool) -> Iterator[Cue]:
    for item in _each(document, "segments.item"):
        segment = Segment.model_validate(item)
        yield Cue(segment.start, segment.end, segment.shown if glossary else segment.text)


def _captions(document: BinaryIO, result_format: ResultFormat) -> str:
    found, matched = [], []
    for item in _each(document, "cues.item"):  # without their words
        found.append(Cue(item["start"], item["end"], item["text"]))
        matched.append(item["matched"])
    cues = captions.shown(found, next(_each(document, "duration")))
    if result_format != "vtt":
        return WRITE[result_format](cues)
    return captions.to_vtt(_annotated(cues, matched, _each(document, "unmatched_audio.item")))


def _each(document: BinaryIO, place: str) -> Iterator[Any]:
    """The values at a place of the document, one at a time."""
    document.seek(0)
    return ijson.items(document, place, use_float=True)  # type: ignore[no-any-return]


def _annotated(
    cues: Iterable[Cue], matched: Iterable[bool], without_text: Iterable[tuple[float, float]]
) -> Iterator[Cue | captions.Note]:
    """The cues, with a note before each that is not in the audio and where speech has no text."""
    untold = deque(without_text)
    for cue, is_found in zip(cues, matched, strict=True):
        while untold and untold[0][0] < cue.start:
            yield captions.speech_without_text(*untold.popleft())
        if not is_found:
            yield captions.Note("not found in the audio")
        yield cue
    for stretch in untold:
        yield captions.speech_without_text(*stretch)


def _invalid(field: str, message: str) -> ArgotError:
    fault = {"code": "invalid-request", "message": message, "field": field}
    return ArgotError("invalid-request", message, errors=[fault])
