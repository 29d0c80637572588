"""New jobs, how far they are, their results, and their removal."""

import tempfile
import time
from io import FileIO
from pathlib import Path

from sqlalchemy.orm import Session
from uuid6 import uuid7

from services.transcriber import models
from services.transcriber.domain import transcripts
from services.transcriber.handlers import ends
from services.transcriber.models import Repeat, Transcription, Upload
from shared.errors import ArgotError
from shared.rpc import transcriber as wire
from shared.rpc.contract import Nothing, Page
from shared.rpc.ingest import SignedUrl
from shared.rpc.uploads import PART_SIZE
from shared.runtime import repeats, uploads
from shared.runtime.database import Database
from shared.runtime.storage import Storage, StorageUnavailable

DOWNLOAD_SECONDS = 300


def open_transcription(
    request: wire.OpenTranscription | wire.OpenAlignment, database: Database, storage: Storage
) -> wire.OpenedTranscription:
    """A job that waits for its audio, and room in storage for that."""
    transcripts.check_file(request.name, request.size)
    transcripts.check_task(request.task, request.target)
    transcript = request.transcript if isinstance(request, wire.OpenAlignment) else None
    if transcript is not None:
        transcripts.check_transcript(transcript)
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
        kind="transcription" if transcript is None else "alignment",
        task=request.task,
        transcript=transcript,
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


def get_opened(request: wire.GetOpened, database: Database) -> wire.OpenedTranscription:
    """The answer that is kept under the key."""
    opening = wire.OpenAlignment if request.kind == "alignment" else wire.OpenTranscription
    with database.reading() as session:
        answered = repeats.kept(
            session, Repeat, request.organisation_id, opening, request.idempotency
        )
    if answered is None:
        raise ArgotError("not-found")
    return answered


def get_transcription(request: wire.GetTranscription, database: Database) -> wire.Transcription:
    """How far the job is."""
    with database.reading() as session:
        return _job(session, request).reply()


def list_transcriptions(
    request: wire.ListTranscriptions, database: Database
) -> Page[wire.Transcription]:
    """The organisation's jobs of the kind, newest first."""
    with database.reading() as session:
        rows, cursor = models.OF_KIND.read(
            session, request, organisation_id=request.organisation_id, kind=request.kind
        )
        return Page[wire.Transcription](items=[row.reply() for row in rows], next_cursor=cursor)


def delete_transcription(request: wire.DeleteTranscription, database: Database) -> Nothing:
    """The job is gone; a worker that is at it hears so when it renews its lease.

    What storage has of it goes with a later sweep, when no worker adds to it any more.
    """
    query = models.upload_of(request.organisation_id, request.transcription_id)
    with database.transaction() as session:
        # The upload is locked before its job everywhere, so that no two wait for each other.
        upload = session.scalars(query.with_for_update()).first()
        job = session.scalars(models.transcription(request).with_for_update()).first()
        if upload is None or job is None:
            raise ArgotError("not-found")
        upload.abort()
        ends.cancel(session, job)
    return Nothing()


def get_result(request: wire.GetResult, database: Database, storage: Storage) -> wire.Result:
    """The transcript, or the captions, in one of the formats."""
    with database.reading() as session:
        job = _job(session, request)
    if job.result_key is None:
        raise ArgotError("not-ready-to-run", f"The {job.kind} is {job.status}")
    with tempfile.TemporaryDirectory(prefix="argot-result-") as folder:
        path = Path(folder, "result.json")
        try:
            storage.get_file(job.result_key, path)
        except StorageUnavailable as error:
            raise ArgotError("service-unavailable", "Storage did not answer in time") from error
        with _PoliteFile(path) as file:
            return transcripts.render(file, request.kind, request.format, glossary=request.glossary)


def download_audio(request: wire.DownloadAudio, database: Database, storage: Storage) -> SignedUrl:
    """A URL of the recording, which storage keeps until the job is deleted."""
    with database.reading() as session:
        job = _job(session, request)
    if job.status == "uploading":
        raise ArgotError("not-ready-to-run", "The recording is still being uploaded")
    url = storage.sign_download(job.audio_key, job.name, DOWNLOAD_SECONDS)
    return SignedUrl(url=url)


class _PoliteFile(FileIO):
    """Others are answered between two of its pieces."""

    def read(self, size: int | None = -1, /) -> bytes:
        time.sleep(0)
        return super().read(size) or b""


def _job(
    session: Session, request: wire.GetTranscription | wire.GetResult | wire.DownloadAudio
) -> Transcription:
    job = session.scalars(models.transcription(request)).first()
    if job is None:
        raise ArgotError("not-found")
    return job
