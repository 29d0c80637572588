"""Transcription and translation in the form of OpenAI's API, for programs that speak it already."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.gateway import transcripts
from services.gateway.routes.models import NO_CONTROL_CHARACTERS
from services.gateway.routes.speech_job import (
    fetch,
    fetch_json,
    find_target,
    queued,
    refusal,
    wait,
)
from services.gateway.routes.speech_stream import stream
from services.gateway.routes.table import Answer, Group, Visit
from services.gateway.transcripts import Granularity, TranscribedText, VerboseTranscript
from services.gateway.web.forms import File
from services.gateway.web.openai_errors import PREFIX
from shared.errors import ArgotError
from shared.rpc.catalog import Language, ListLanguages
from shared.rpc.transcriber import ResultFormat

speech = Group(PREFIX, "OpenAI", like_openai=True)

EVENTS = "text/event-stream"
MEDIA_TYPES = ("application/json", "text/plain", "application/x-subrip", "text/vtt")

Format = Literal["json", "text", "srt", "verbose_json", "vtt"]
RESULT_FORMATS: dict[Format, ResultFormat] = {"text": "txt", "srt": "srt", "vtt": "vtt"}
"""Those that the transcriber writes itself; it says their media types."""

STREAMED: frozenset[Format] = frozenset({"json", "text"})
SEGMENTS: frozenset[Granularity] = frozenset({"segment"})


class SpeechModel(BaseModel):
    """A language to transcribe with; `owned_by` is `argot`, or whose custom model it is."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str


class SpeechModels(BaseModel):
    """All of them."""

    object: Literal["list"] = "list"
    data: list[SpeechModel]


ERRORS = (
    "not-found",
    "custom-model-not-found",
    "language-not-published",
    "unsupported-file-type",
    "upload-incomplete",
    "not-ready-to-run",
    "ffmpeg_unavailable",
)


class ForeignSpeech(BaseModel):
    """Audio to translate into English; `model` is the key of the base language that is spoken.

    `prompt` and `temperature` are taken and change nothing, as are fields that are not named here.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    file: File
    model: Annotated[
        str, StringConstraints(min_length=1, max_length=200, pattern=NO_CONTROL_CHARACTERS)
    ]
    response_format: Format = "json"
    prompt: str = ""
    temperature: float = Field(default=0.0, ge=0, le=1, allow_inf_nan=False)


class Speech(ForeignSpeech):
    """Audio to transcribe; `model` is the key of a base language or of a custom model.

    `prompt` and `temperature` are taken and change nothing, as are fields that are not named here.
    """

    granularities: frozenset[Granularity] = Field(
        default=frozenset(), alias="timestamp_granularities[]", description="for verbose_json"
    )
    language: str = Field(default="", description="checked against the model's, as `fr`")
    stream: bool = Field(
        default=False, description="the answer begins at once; its text comes when all is heard"
    )


@speech.route("GET", "/models", answer=SpeechModels)
def list_speech_models(visit: Visit) -> Answer:
    """List the languages and custom models to transcribe with."""
    return Answer(SpeechModels(data=_models(visit)))


@speech.route("GET", "/models/{model}", answer=SpeechModel)
def show_speech_model(visit: Visit, model: str) -> Answer:
    """Show a language or custom model to transcribe with."""
    for each in _models(visit):
        if each.id == model:
            return Answer(each)
    raise ArgotError("not-found", "There is no such model")


@speech.route(
    "POST",
    "/audio/transcriptions",
    answer=TranscribedText | VerboseTranscript,
    media_types=(*MEDIA_TYPES, EVENTS),
    errors=ERRORS,
)
def transcribe(visit: Visit, form: Speech) -> Answer:
    """Transcribe audio and wait for the transcript."""
    _check(form)
    target = find_target(visit, form.model, form.language)
    if form.stream:
        return Answer(stream(visit, form.file, target), media_type=EVENTS)
    with queued(visit, form.file, target, "transcribe") as job:
        wait(visit, job)
        if form.response_format == "verbose_json":
            granularities = form.granularities or SEGMENTS
            return Answer(transcripts.verbose(fetch_json(visit, job), granularities))
        return _text(visit, form.response_format, job)


@speech.route(
    "POST",
    "/audio/translations",
    answer=TranscribedText | VerboseTranscript,
    media_types=MEDIA_TYPES,
    errors=ERRORS,
)
def translate(visit: Visit, form: ForeignSpeech) -> Answer:
    """Translate audio into English and wait for the text."""
    target = find_target(visit, form.model, "")
    with queued(visit, form.file, target, "translate") as job:
        wait(visit, job)
        if form.response_format == "verbose_json":
            return Answer(transcripts.verbose(fetch_json(visit, job), SEGMENTS, "translate"))
        return _text(visit, form.response_format, job)


def _models(visit: Visit) -> list[SpeechModel]:
    organisation_id = visit.principal.organisation_id
    found = visit.call(ListLanguages(organisation_id=organisation_id, purpose="transcription"))

    def owner(language: Language) -> str:
        return "argot" if language.kind == "base" else organisation_id

    return [SpeechModel(id=each.key, owned_by=owner(each)) for each in found.items]


def _check(form: Speech) -> None:
    if form.granularities and form.response_format != "verbose_json":
        raise refusal("timestamp_granularities[]", "These need the response_format `verbose_json`")
    if form.stream and form.response_format not in STREAMED:
        raise refusal("stream", "A stream has the response_format `json` or `text`")


def _text(visit: Visit, form: Literal["json", "text", "srt", "vtt"], job: str) -> Answer:
    if form == "json":
        return Answer(transcripts.plain(fetch_json(visit, job)))
    result = fetch(visit, job, RESULT_FORMATS[form])
    return Answer(result.content, media_type=result.content_type)
