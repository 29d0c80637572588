"""One transcription from a form's audio to its text, by the calls that every client's way takes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from services.gateway import sending
from services.gateway.routes.audio import target_of
from services.gateway.routes.table import Visit
from services.gateway.transcripts import Json
from services.gateway.web.forms import FormFile
from services.gateway.web.openai_errors import UnfinishedError
from shared.errors import ERRORS, ArgotError
from shared.events.transcriber import Task
from shared.rpc.catalog import TranscriptionTarget
from shared.rpc.contract import Failure
from shared.rpc.transcriber import (
    CompleteAudioUpload,
    DeleteTranscription,
    GetResult,
    GetTranscription,
    OpenedTranscription,
    OpenTranscription,
    Result,
    ResultFormat,
    SignAudioParts,
)

OF_THE_AUDIO = frozenset(
    {"unreadable-audio", "no-audio-track", "audio-too-long", "audio-too-costly"}
)
OF_THE_MODEL = frozenset(
    {"language-not-supported", "translation-not-supported", "custom-model-not-found"}
)
"""Failures that another form could do without."""

log = structlog.get_logger(__name__)


def find_target(visit: Visit, model: str, language: str) -> TranscriptionTarget:
    """What the key `model` names, if it hears `language`, of which it need not be told.

    Errors: `not-found`, `language-not-published`, `invalid-request`.
    """
    with _about("model"):
        target = target_of(visit, model)
    if language.partition("-")[0].lower() not in {"", target.language}:
        raise refusal("language", f"The model hears {target.language}: leave `language` out")
    return target


@contextmanager
def queued(visit: Visit, file: FormFile, target: TranscriptionTarget, task: Task) -> Iterator[str]:
    """The id of a transcription of the audio, which is deleted at the end, whatever that is.

    It stays where an `UnfinishedError` leaves, and where its deletion is not answered: then the
    error that leaves becomes one. Errors: `invalid-request`, `unsupported-file-type`,
    `service-unavailable`.
    """
    opened = _open(visit, file, target, task)
    try:
        _send(visit, opened.upload_id, file)
        yield opened.id
    except UnfinishedError:
        raise
    except ArgotError as error:
        if _delete(visit, opened.id):
            raise
        raise UnfinishedError(error.code, error.detail, error.errors) from error
    except BaseException:  # also where a client leaves the answer that has begun
        _delete(visit, opened.id)
        raise
    _delete(visit, opened.id)


def waiting(visit: Visit, transcription_id: str) -> Iterator[None]:
    """Ends once it has succeeded; until then there is something for each time it had not.

    Errors: the failure's code where that is in the error table; for others `invalid-request` for
    what audio or model cannot do, else `internal-error`; `not-found` where it was deleted;
    `invalid-request` where nobody waits any more; `service-unavailable` where the process ends. An
    `UnfinishedError` `not-ready-to-run` where it takes too long.
    """
    asked = GetTranscription(
        organisation_id=visit.principal.organisation_id, transcription_id=transcription_id
    )
    for _ in visit.patience.moments():
        if visit.hung_up():
            raise ArgotError("invalid-request", "The client has gone")
        try:
            found = visit.call(asked)
        except ArgotError as error:
            if error.code != "service-unavailable":
                raise
        else:  # what is under way needs no answer now
            if found.failure:
                raise _failed(found.failure)
            if found.status == "succeeded":
                return
        yield
    message = (
        "It takes longer than a request may wait;"
        f" the text will be at /api/v1/transcriptions/{transcription_id}/result"
    )
    raise UnfinishedError("not-ready-to-run", message)


def wait(visit: Visit, transcription_id: str) -> None:
    """Return once it has succeeded. Errors: as of `waiting`."""
    for _ in waiting(visit, transcription_id):
        pass


def fetch(visit: Visit, transcription_id: str, result_format: ResultFormat) -> Result:
    """The text in a form of the transcriber's."""
    return visit.call(
        GetResult(
            organisation_id=visit.principal.organisation_id,
            transcription_id=transcription_id,
            format=result_format,
        )
    )


def fetch_json(visit: Visit, transcription_id: str) -> Json:
    """All that is known of the text."""
    found: Json = json.loads(fetch(visit, transcription_id, "json").content)
    return found


def refusal(param: str, message: str, code: str = "invalid-request") -> ArgotError:
    """An error about one field of the form."""
    fault = {"code": code, "message": message, "field": param}
    return ArgotError(code, message, errors=[fault])


def _open(
    visit: Visit, file: FormFile, target: TranscriptionTarget, task: Task
) -> OpenedTranscription:
    with _about("file"):
        return visit.call(
            OpenTranscription(
                organisation_id=visit.principal.organisation_id,
                target=target,
                name=file.name,
                size=file.size,
                task=task,
            )
        )


def _send(visit: Visit, upload_id: str, file: FormFile) -> None:
    upload = {"organisation_id": visit.principal.organisation_id, "upload_id": upload_id}
    (part,) = visit.call(SignAudioParts(**upload, part_numbers=[1])).items
    sending.send(part, file.content, visit.settings.storage_endpoint)
    visit.call(CompleteAudioUpload(**upload))


def _delete(visit: Visit, transcription_id: str) -> bool:
    """Whether it is gone."""
    try:
        visit.call(
            DeleteTranscription(
                organisation_id=visit.principal.organisation_id, transcription_id=transcription_id
            )
        )
    except ArgotError as error:
        if error.code != "not-found":
            log.warning("transcription_left", id=transcription_id, code=error.code)
            return False
    return True


def _failed(failure: Failure) -> ArgotError:
    code, message = failure.code, failure.message
    param = "file" if code in OF_THE_AUDIO else "model" if code in OF_THE_MODEL else None
    if code not in ERRORS:
        code = "invalid-request" if param else "internal-error"
    return refusal(param, message, code) if param else ArgotError(code, message)


@contextmanager
def _about(param: str) -> Iterator[None]:
    """Refusals name the form's field; a model that nobody knows does not exist."""
    try:
        yield
    except ArgotError as error:
        if error.code == "service-unavailable":
            raise
        if error.code == "invalid-language":
            raise refusal(param, "There is no such model", "not-found") from error
        if any(fault.get("field") == "target" for fault in error.errors):
            param = "model"
        raise refusal(param, error.detail, error.code) from error
