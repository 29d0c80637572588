"""The work on a job, from its lease to its end, and custom models that go meanwhile."""

import math
from collections.abc import Callable, Iterable

from services.transcriber import models
from services.transcriber.domain.glossary import fitting
from services.transcriber.domain.transcripts import TranscriptionFault
from services.transcriber.domain.turns import line_for
from services.transcriber.handlers import ends
from services.transcriber.handlers.queueing import stand_in_line
from services.transcriber.models import DeletedModel, Transcription
from shared.events.catalog import CustomModelDeleted
from shared.rpc.transcriber import GlossaryEntry
from shared.runtime.database import Database
from shared.runtime.deliveries import Delivery

MODEL_DELETED = TranscriptionFault(
    "custom-model-not-found", "The custom model was deleted.", final=True
)


def delete_model(
    message: Delivery[CustomModelDeleted], database: Database, forget: Callable[[str], None]
) -> None:
    """Nothing begins with the model any more; `forget` is told its id.

    What a worker has begun goes on, and fails only if it must begin anew.
    """
    model_id = message.event.model_id
    with database.once(message.id) as session:
        session.merge(DeletedModel(model_id=model_id))
        for job in models.queued_with_model(session, model_id):
            ends.fail(session, job, MODEL_DELETED)
    forget(model_id)  # after the commit: it takes its time, and a sweep does it where it fails


def deleted_models(model_ids: Iterable[str], database: Database) -> list[str]:
    """Those of the custom models that are gone."""
    with database.reading() as session:
        return [each for each in model_ids if models.is_deleted(session, each)]


def start(job: Transcription, attempts: int, database: Database) -> bool:
    """Begin the leased job, or end it where it cannot be; False where there is nothing to do.

    It is given up after `attempts` leases, whose workers did not live to say why.
    """
    with database.transaction() as session:
        row = models.leased(session, job)
        if row is None:
            return False
        if models.is_deleted(session, row.model_id):
            ends.fail(session, row, MODEL_DELETED)
            return False
        if row.attempts > attempts:
            ends.fail(session, row, _crashed(row))
            return False
        row.status, row.progress = "running", 0.0
        models.begin_turn(session, row.turn)
        return True


def transcript(job: Transcription, database: Database) -> str | None:
    """The text to align; None for a transcription."""
    with database.reading() as session:
        return models.transcript(session, job)


def glossary(job: Transcription, database: Database) -> list[GlossaryEntry]:
    """What the organisation's glossary has now for the text of a transcription."""
    with database.reading() as session:
        entries = models.glossary(session, job.organisation_id)
    return fitting(entries, job.written_language)


def misjudged(job: Transcription, duration: float, database: Database) -> bool:
    """Whether its audio is too long for the short line: the job has its turn in the long one then.

    What was guessed too long has waited already.
    """
    seconds = math.ceil(duration)
    if job.line == "long" or line_for(seconds) == "short":
        return False
    with database.transaction() as session:
        row = models.leased(session, job)
        if row is not None:
            stand_in_line(session, row, seconds)
    return True


def record_progress(job: Transcription, percent: float, database: Database) -> None:
    """How far the job is, from 0 to 100."""
    with database.transaction() as session:
        row = models.leased(session, job)
        if row is not None:
            row.progress = percent


def succeed(job: Transcription, duration: float, result_key: str, database: Database) -> bool:
    """The result is stored; False where the row is not the job's any more, and nobody wants it.

    To say it again changes nothing: who lost its connection cannot know whether it had been said.
    """
    with database.transaction() as session:
        row = models.leased(session, job)
        if row is None:
            return models.has_result(session, job, result_key)
        ends.succeed(session, row, duration, result_key)
        return True


def fail(job: Transcription, fault: TranscriptionFault, database: Database) -> None:
    """There is no result; nothing happens where the row is not the job's any more."""
    with database.transaction() as session:
        row = models.leased(session, job)
        if row is not None:
            ends.fail(session, row, fault)


def put_back(job: Transcription, database: Database) -> None:
    """Nothing went wrong: the attempt does not count, and the job waits for the next one."""
    with database.transaction() as session:
        row = models.leased(session, job)
        if row is not None:
            row.status, row.progress = "queued", 0.0
            row.attempts -= 1


def _crashed(job: Transcription) -> TranscriptionFault:
    message = f"The {job.kind} ended unexpectedly, several times."
    return TranscriptionFault(f"{job.kind}-crashed", message, final=True)
