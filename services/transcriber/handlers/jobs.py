"""The use cases of the transcriber."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.orm import Session
from uuid6 import uuid7

from services.transcriber import domain, models
from services.transcriber.domain import TranscriptionFault
from services.transcriber.models import DeletedModel, Repeat, Transcription, Upload
from shared.errors import ArgotError
from shared.events import transcriber as events
from shared.events.catalog import CustomModelDeleted
from shared.rpc import transcriber as wire
from shared.rpc.contract import Nothing
from shared.rpc.uploads import PART_SIZE, SignedParts, UploadState
from shared.runtime import context, outbox, repeats, sweeping, uploads
from shared.runtime.database import Database, now
from shared.runtime.deliveries import Delivery
from shared.runtime.storage import Storage, StorageUnavailable
from shared.runtime.sweeping import Ages

CRASHED = TranscriptionFault(
    "transcription-crashed", "The transcription ended unexpectedly, several times.", final=True
)
MODEL_DELETED = TranscriptionFault(
    "custom-model-not-found", "The custom model was deleted.", final=True
)


def open_transcription(
    request: wire.OpenTranscription, database: Database, storage: Storage
) -> wire.OpenedTranscription:
    """A job that waits for its audio, and room in storage for that."""
    domain.check_file(request.name, request.size)
    with database.transaction() as session:
        if (answered := repeats.earlier(session, Repeat, request)) is not None:
            return answered
    job_id = str(uuid7())
    begun = uploads.begin(storage, "transcriber", request.organisation_id, job_id)
    job = Transcription(
        id=job_id,
        organisation_id=request.organisation_id,
        name=request.name,
        terms=request.target.model_dump(mode="json"),
        model_id=request.target.model_id,
        audio_key=begun.storage_key,
    )
    upload = Upload(
        organisation_id=request.organisation_id,
        name=request.name,
        size=request.size,
        transcription_id=job_id,
        **begun._asdict(),
    )

    def record() -> wire.OpenedTranscription:
        session.add_all([job, upload])
        session.flush()
        return wire.OpenedTranscription(
            id=job_id,
            upload_id=upload.id,
            part_size=PART_SIZE,
            part_count=uploads.part_count(request.size),
        )

    with database.transaction() as session:
        answer = repeats.once(session, Repeat, request, record)
    if answer.id != job_id:  # a twin was quicker
        uploads.abort(storage, upload)
    return answer


def get_transcription(request: wire.GetTranscription, database: Database) -> wire.Transcription:
    """How far the job is."""
    with database.reading() as session:
        return _job(session, request).reply()


def get_result(request: wire.GetResult, database: Database, storage: Storage) -> wire.Result:
    """The transcript in one of the formats."""
    with database.reading() as session:
        job = _job(session, request)
    if job.result_key is None:
        raise ArgotError("not-ready-to-run", f"The transcription is {job.status}")
    with tempfile.TemporaryDirectory(prefix="argot-result-") as folder:
        path = Path(folder, "result.json")
        try:
            storage.get_file(job.result_key, path)
        except StorageUnavailable as error:
            raise ArgotError("service-unavailable", "Storage did not answer in time") from error
        return domain.render(path.read_bytes(), request.format)


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
    return UploadState(
        status=upload.status,
        size=upload.size,
        part_size=PART_SIZE,
        received=uploads.received(storage, upload),
        dataset_id=None,
    )


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
    """What nobody completes goes from storage, and its job with it."""
    sweeping.abandon(database, Upload, ages.abandoned, also=_delete_job)
    sweeping.drop_unwanted(database, storage, Upload, ages.settled)
    sweeping.abort_unknown(database, storage, Upload, "transcriber/", ages.abandoned)


def delete_model(
    message: Delivery[CustomModelDeleted], database: Database, forget: Callable[[str], None]
) -> None:
    """Nothing begins with the model any more; `forget` is told its artifacts' digests.

    What a worker has begun goes on, and fails only if it must begin anew.
    """
    model_id = message.event.model_id
    with database.once(message.id) as session:
        session.merge(DeletedModel(model_id=model_id))
        for job in models.queued_with_model(session, model_id):
            _fail(session, job, MODEL_DELETED)
        for digest in models.artifacts_of_model(session, model_id):
            forget(digest)


def start(job: Transcription, attempts: int, database: Database) -> bool:
    """Begin the leased job, or end it where it cannot be; False where there is nothing to do.

    It is given up after `attempts` leases, whose workers did not live to say why.
    """
    with database.transaction() as session:
        row = models.leased(session, job)
        if row is None:
            return False
        if models.is_deleted(session, row.model_id):
            _fail(session, row, MODEL_DELETED)
            return False
        if row.attempts > attempts:
            _fail(session, row, CRASHED)
            return False
        row.status, row.progress = "running", 0.0
        return True


def record_progress(job: Transcription, percent: float, database: Database) -> None:
    """How far the job is, from 0 to 100."""
    with database.transaction() as session:
        row = models.leased(session, job)
        if row is not None:
            row.progress = percent


def succeed(job: Transcription, duration: float, result_key: str, database: Database) -> None:
    """The result is stored; nothing happens where the row is not the job's any more."""
    with database.transaction() as session:
        row = models.leased(session, job)
        if row is None:
            return
        row.status, row.progress = "succeeded", 100.0
        row.duration, row.result_key = duration, result_key
        event = events.TranscriptionSucceeded(duration=duration, **_subject(row))
        outbox.publish(session, event)


def fail(job: Transcription, fault: TranscriptionFault, database: Database) -> None:
    """There is no result; nothing happens where the row is not the job's any more."""
    with database.transaction() as session:
        row = models.leased(session, job)
        if row is not None:
            _fail(session, row, fault)


def put_back(job: Transcription, database: Database) -> None:
    """The worker stops: the attempt does not count."""
    with database.transaction() as session:
        row = models.leased(session, job)
        if row is not None:
            row.attempts -= 1


def _job(session: Session, request: wire.GetTranscription | wire.GetResult) -> Transcription:
    job = models.transcription(session, request.organisation_id, request.transcription_id)
    if job is None:
        raise ArgotError("not-found")
    return job


def _upload(organisation_id: str, upload_id: str, database: Database) -> Upload:
    with database.reading() as session:
        upload = session.scalars(models.upload(organisation_id, upload_id)).first()
    if upload is None:
        raise ArgotError("upload-not-found")
    return upload


def _delete_job(session: Session, upload: Upload) -> None:
    session.delete(session.get_one(Transcription, upload.transcription_id))


def _queue(session: Session, job: Transcription, upload: Upload) -> None:
    upload.status, job.status = "completed", "queued"
    request = context.current()
    job.request_id, job.traceparent = request.get("request_id"), request.get("traceparent")
    outbox.publish(session, events.TranscriptionQueued(name=job.name, **_subject(job)))


def _fail(session: Session, job: Transcription, fault: TranscriptionFault) -> None:
    job.status = "failed"
    job.failure_code, job.failure_message = fault.code, fault.message
    event = events.TranscriptionFailed(code=fault.code, message=fault.message, **_subject(job))
    outbox.publish(session, event)


def _subject(job: Transcription) -> dict[str, str]:
    """What every event of a transcription has."""
    return {
        "organisation_id": job.organisation_id,
        "transcription_id": job.id,
        "language": job.target.key,
    }
