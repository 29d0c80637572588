"""A transcript as server-sent events, in an answer that begins while the audio is heard."""

from collections.abc import Iterator

import structlog

from services.gateway import transcripts
from services.gateway.routes.speech_job import fetch_json, queued, waiting
from services.gateway.routes.table import Visit
from services.gateway.web.forms import FormFile
from services.gateway.web.openai_errors import document_of
from services.gateway.web.response import event
from shared.errors import ArgotError
from shared.rpc.catalog import TranscriptionTarget

KEEP_ALIVE = b":\n\n"
"""A comment, which clients pass over: proxies see that the connection lives."""

log = structlog.get_logger(__name__)


def stream(visit: Visit, file: FormFile, target: TranscriptionTarget) -> Iterator[bytes]:
    """Comments for as long as there is no text, then its events; or the event of what failed.

    Errors: those of `queued`, which come before anything is sent.
    """
    events = _events(visit, file, target)
    next(events)
    return _told(events)


def _events(visit: Visit, file: FormFile, target: TranscriptionTarget) -> Iterator[bytes]:
    with queued(visit, file, target, "transcribe") as job:
        yield KEEP_ALIVE  # not sent: here `stream` takes over
        for _ in waiting(visit, job):
            yield KEEP_ALIVE
        for each in transcripts.events(fetch_json(visit, job)):
            yield event(each["type"], each)


def _told(events: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from events
    except ArgotError as error:
        log.info("stream_ended", code=error.code)
        yield event("error", document_of(error).model_dump())
    except Exception:
        log.exception("stream_failed")
        yield event("error", document_of(ArgotError("internal-error")).model_dump())
