"""How a job ends: what its row says, and the event that tells of it."""

from sqlalchemy.orm import Session

from services.transcriber.domain.transcripts import TranscriptionFault
from services.transcriber.models import Transcription
from shared.events import transcriber as events
from shared.events.contract import Event
from shared.runtime import outbox


def succeed(session: Session, job: Transcription, duration: float, result_key: str) -> None:
    """The result is stored."""
    job.status, job.progress = "succeeded", 100.0
    job.duration, job.result_key = duration, result_key
    job.transcript = None
    outbox.publish(session, _succeeded(job, duration))


def fail(session: Session, job: Transcription, fault: TranscriptionFault) -> None:
    """There is no result."""
    job.status = "failed"
    job.failure_code, job.failure_message = fault.code, fault.message
    job.transcript = None
    outbox.publish(session, _failed(job, fault))


def cancel(session: Session, job: Transcription) -> None:
    """The row goes. Who heard that it was queued, or waits for its end, hears that there is none.

    One that has ended had its event, and one whose audio is not complete was never told of.
    """
    if job.status in {"queued", "running"}:
        message = f"The {job.kind} was deleted."
        fault = TranscriptionFault(f"{job.kind}-cancelled", message, final=True)
        outbox.publish(session, _failed(job, fault))
    session.delete(job)


def _succeeded(job: Transcription, duration: float) -> Event:
    about = {"organisation_id": job.organisation_id, "language": job.target.key}
    if job.kind == "alignment":
        return events.AlignmentSucceeded(alignment_id=job.id, duration=duration, **about)
    return events.TranscriptionSucceeded(
        transcription_id=job.id, duration=duration, task=job.task, **about
    )


def _failed(job: Transcription, fault: TranscriptionFault) -> Event:
    about = {"organisation_id": job.organisation_id, "language": job.target.key}
    about |= {"code": fault.code, "message": fault.message}
    if job.kind == "alignment":
        return events.AlignmentFailed(alignment_id=job.id, **about)
    return events.TranscriptionFailed(transcription_id=job.id, task=job.task, **about)
