"""One transcription from a form's audio to its end, by the calls that every client's way takes."""

from collections.abc import Iterator
from contextlib import contextmanager

from services.gateway import sending
from services.gateway.routes.audio import target_of
from services.gateway.routes.table import Visit
from services.gateway.web.forms import FormFile
from shared.errors import ArgotError
from shared.events.transcriber import Task
from shared.rpc.catalog import TranscriptionTarget
from shared.rpc.transcriber import (
    CompleteAudioUpload,
    GetTranscription,
    OpenTranscription,
    SignAudioParts,
    Transcription,
)

OF_THE_AUDIO = frozenset(
    {"unreadable-audio", "no-audio-track", "audio-too-long", "audio-too-costly"}
)
OF_THE_MODEL = frozenset(
    {"language-not-supported", "translation-not-supported", "custom-model-not-found"}
)
"""Failures that another form could do without."""


def find_target(visit: Visit, model: str, language: str) -> TranscriptionTarget:
    """What the key `model` names, if it hears `language`, of which it need not be told.

    Errors: `not-found`, `language-not-published`, `invalid-request`.
    """
    with _about("model"):
        target = target_of(visit, model)
    if language.partition("-")[0].lower() not in {"", target.language}:
        raise refusal("language", f"The model hears {target.language}: leave `language` out")
    return target


def submit(visit: Visit, file: FormFile, target: TranscriptionTarget, task: Task) -> str:
    """Give the audio to the transcriber, as any client does; the transcription's id.

    Errors: `invalid-request`, `unsupported-file-type`, `service-unavailable`.
    """
    organisation_id = visit.principal.organisation_id
    with _about("file"):
        opened = visit.call(
            OpenTranscription(
                organisation_id=organisation_id,
                target=target,
                name=file.name,
                size=file.size,
                task=task,
            )
        )
    upload = {"organisation_id": organisation_id, "upload_id": opened.upload_id}
    (part,) = visit.call(SignAudioParts(**upload, part_numbers=[1])).items
    sending.send(part, file.content, visit.settings.storage_endpoint)
    visit.call(CompleteAudioUpload(**upload))
    return opened.id


def wait(visit: Visit, transcription_id: str) -> None:
    """Return once it has succeeded.

    Errors: `not-ready-to-run` where that takes too long; where it failed, `invalid-request` for
    what audio or model cannot do, else `internal-error`; `not-found` where it was deleted;
    `service-unavailable` where the process ends.
    """
    asked = GetTranscription(
        organisation_id=visit.principal.organisation_id, transcription_id=transcription_id
    )

    def ended() -> Transcription | None:
        try:
            found = visit.call(asked)
        except ArgotError as error:
            if error.code != "service-unavailable":
                raise
            return None  # what is under way needs no answer now
        return found if found.status in {"succeeded", "failed"} else None

    found = visit.patience.until(ended)
    if found is None:
        message = (
            "It takes longer than a request may wait;"
            f" the text will be at /api/v1/transcriptions/{transcription_id}/result"
        )
        raise ArgotError("not-ready-to-run", message)
    if found.failure:
        code, message = found.failure.code, found.failure.message
        if code in OF_THE_AUDIO or code in OF_THE_MODEL:
            raise refusal("file" if code in OF_THE_AUDIO else "model", message)
        raise ArgotError("internal-error", message)


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


def refusal(param: str, message: str, code: str = "invalid-request") -> ArgotError:
    """An error about one field of the form."""
    fault = {"code": code, "message": message, "field": param}
    return ArgotError(code, message, errors=[fault])
