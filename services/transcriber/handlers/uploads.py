"""The upload of a job's audio: part by part, and what becomes of it."""

from sqlalchemy.orm import Session

from services.transcriber import models
from services.transcriber.domain.turns import guessed_seconds
from services.transcriber.handlers.queueing import stand_in_line
from services.transcriber.models import Transcription, Upload
from shared.errors import ArgotError
from shared.events import transcriber as events
from shared.rpc import transcriber as wire
from shared.rpc.contract import Nothing
from shared.rpc.uploads import SignedParts, UploadState
from shared.runtime import context, outbox, sweeping, uploads
from shared.runtime.database import Database, now
from shared.runtime.storage import Storage
from shared.runtime.sweeping import Ages


def sign_audio_parts(
    request: wire.SignAudioParts, database: Database, storage: Storage
) -> SignedParts:
    """URLs that take exactly one part each."""
    upload = _upload(request.organisation_id, request.upload_id, database)
    return uploads.sign(storage, upload, request.part_numbers)


def get_audio_upload(
    request: wire.GetAudioUpload, database: Database, storage: Storage
) -> UploadState:
    """What a client needs to resume."""
    upload = _upload(request.organisation_id, request.upload_id, database)
    return uploads.state(storage, upload)


def complete_audio_upload(
    request: wire.CompleteAudioUpload, database: Database, storage: Storage
) -> wire.Transcription:
    """The job is queued, once; to complete again answers the job as it is by then."""
    upload = _upload(request.organisation_id, request.upload_id, database)
    uploads.complete(storage, upload)
    with database.transaction() as session:
        upload = session.get_one(Upload, upload.id, with_for_update=True)
        if upload.status != "aborted":
            job = session.get_one(Transcription, upload.transcription_id)
            if upload.status == "open":
                _queue(session, job, upload)
            return job.reply()
        upload.unwanted_at = now()  # it was aborted while its parts became an object
    uploads.abort(storage, upload)
    raise ArgotError("upload-not-found")


def abort_audio_upload(
    request: wire.AbortAudioUpload, database: Database, storage: Storage
) -> Nothing:
    """What was sent is dropped, and the job with it; to abort once more changes nothing."""
    with database.transaction() as session:
        query = models.upload(request.organisation_id, request.upload_id)
        upload = session.scalars(query.with_for_update()).first()
        if upload is None or upload.status == "completed":
            raise ArgotError("upload-not-found")
        if upload.status == "open":
            upload.abort()
            _delete_job(session, upload)
    uploads.abort(storage, upload)
    return Nothing()


def sweep_uploads(database: Database, storage: Storage, ages: Ages) -> None:
    """What nobody completes goes from storage, and its job with it; so does what was deleted."""
    sweeping.abandon(database, Upload, ages.abandoned, also=_delete_job)
    sweeping.drop_unwanted(database, storage, Upload, ages.settled, _drop)
    sweeping.abort_unknown(database, storage, Upload, "transcriber/", ages.abandoned)


def _upload(organisation_id: str, upload_id: str, database: Database) -> Upload:
    with database.reading() as session:
        upload = session.scalars(models.upload(organisation_id, upload_id)).first()
    if upload is None:
        raise ArgotError("upload-not-found")
    return upload


def _drop(storage: Storage, upload: Upload) -> None:
    """The audio, and the results that attempts made of it."""
    uploads.abort(storage, upload)
    for stored in list(storage.list_prefix(models.folder(upload.storage_key))):
        storage.remove(stored.key)


def _delete_job(session: Session, upload: Upload) -> None:
    session.delete(session.get_one(Transcription, upload.transcription_id))


def _queue(session: Session, job: Transcription, upload: Upload) -> None:
    stand_in_line(session, job, guessed_seconds(upload.name, upload.size))
    upload.status, job.status = "completed", "queued"
    request = context.current()
    job.request_id, job.traceparent = request.get("request_id"), request.get("traceparent")
    if job.kind == "transcription":
        event = events.TranscriptionQueued(
            organisation_id=job.organisation_id,
            transcription_id=job.id,
            language=job.target.key,
            name=job.name,
            task=job.task,
        )
        outbox.publish(session, event)
