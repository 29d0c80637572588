"""Uploads, from the admission of a file to its row."""

from sqlalchemy.orm import Session

from services.ingest import domain
from services.ingest.domain import Admitted
from services.ingest.models import queries
from services.ingest.models.tables import Dataset, Repeat, Upload
from shared.errors import ArgotError
from shared.rpc import ingest as wire
from shared.rpc.contract import Nothing
from shared.rpc.uploads import PART_SIZE, SignedParts, UploadState
from shared.runtime import context, repeats, uploads
from shared.runtime.database import Database, now
from shared.runtime.storage import Storage
from shared.speech.filenames import FileKind, UploadType, dataset_type


def open_uploads(
    request: wire.OpenUploads, database: Database, storage: Storage, *, can_convert: bool
) -> wire.OpenedUploads:
    """Admit each file by its name and size, and make room in storage for what is admitted."""
    domain.check_batch(request.files)
    wanted = domain.row_names(request.files)
    with database.reading() as session:
        if (answered := repeats.earlier(session, Repeat, request)) is not None:
            return answered
        if queries.is_deleted(session, request.organisation_id, request.model_id):
            raise ArgotError("custom-model-not-found")
        rows = queries.live_datasets(request.organisation_id, request.model_id)
        taken = [row.name for row in session.scalars(rows.where(Dataset.name.in_(wanted)))]
    batch = domain.sort_batch(request.files, UploadType(request.type), taken)
    admitted = [each for each in batch if isinstance(each, Admitted)]
    if not can_convert and any(each.kind is FileKind.VIDEO for each in admitted):
        raise ArgotError("ffmpeg_unavailable")
    folders = ("datasets", request.organisation_id, request.model_id)
    opened = {
        each.row_name: Upload(
            organisation_id=request.organisation_id,
            model_id=request.model_id,
            name=each.file.name,
            size=each.file.size,
            row_name=each.row_name,
            row_type=dataset_type(each.kind),
            **uploads.begin(storage, *folders)._asdict(),
        )
        for each in admitted
    }

    def record() -> wire.OpenedUploads:
        model = queries.locked_model(session, request.organisation_id, request.model_id)
        if model.deleted_at is not None:
            raise ArgotError("custom-model-not-found")
        session.add_all(opened.values())
        session.flush()
        return wire.OpenedUploads(
            items=[
                _created(opened[each.row_name]) if isinstance(each, Admitted) else each
                for each in batch
            ]
        )

    with database.transaction() as session:
        answer = repeats.once(session, Repeat, request, record)
    created = {item.upload_id for item in answer.items if item.status == "created"}
    for upload in opened.values():
        if upload.id not in created:  # a twin was quicker
            uploads.abort(storage, upload)
    return answer


def sign_parts(request: wire.SignParts, database: Database, storage: Storage) -> SignedParts:
    """URLs that take exactly one part each."""
    upload = _upload(request.organisation_id, request.upload_id, database)
    return uploads.sign(storage, upload, request.part_numbers)


def get_upload(request: wire.GetUpload, database: Database, storage: Storage) -> UploadState:
    """What a client needs to resume."""
    upload = _upload(request.organisation_id, request.upload_id, database)
    return uploads.state(storage, upload, upload.dataset_id)


def complete_upload(
    request: wire.CompleteUpload, database: Database, storage: Storage
) -> wire.Dataset:
    """Make a row that a worker takes up; of two uploads of one name the first one gets it."""
    upload = _upload(request.organisation_id, request.upload_id, database)
    uploads.complete(storage, upload)
    with database.transaction() as session:
        queries.locked_model(session, upload.organisation_id, upload.model_id)
        upload = session.get_one(Upload, upload.id, with_for_update=True)
        if upload.status == "open":
            row = _row_for(session, upload)
            upload.dataset_id, upload.status = row.id, "completed"
            if row.original_key != upload.storage_key:
                upload.unwanted_at = now()
        elif upload.status == "aborted":  # while its parts became an object
            upload.unwanted_at = now()
        rows = queries.live_datasets(upload.organisation_id, upload.model_id)
        dataset = session.scalars(rows.where(Dataset.id == upload.dataset_id)).first()
    if upload.unwanted_at is not None:
        uploads.abort(storage, upload)
    if dataset is None:
        raise ArgotError("upload-not-found")
    return dataset.reply()


def abort_upload(request: wire.AbortUpload, database: Database, storage: Storage) -> Nothing:
    """What was sent is dropped; to abort once more changes nothing."""
    with database.transaction() as session:
        query = queries.upload(request.organisation_id, request.upload_id)
        upload = session.scalars(query.with_for_update()).first()
        if upload is None or upload.status == "completed":
            raise ArgotError("upload-not-found")
        upload.abort()
    uploads.abort(storage, upload)
    return Nothing()


def _upload(organisation_id: str, upload_id: str, database: Database) -> Upload:
    with database.reading() as session:
        upload = session.scalars(queries.upload(organisation_id, upload_id)).first()
    if upload is None:
        raise ArgotError("upload-not-found")
    return upload


def _row_for(session: Session, upload: Upload) -> Dataset:
    """The row of the upload's name, which an upload that completed earlier may have made."""
    rows = queries.live_datasets(upload.organisation_id, upload.model_id)
    dataset = session.scalars(rows.where(Dataset.name == upload.row_name)).first()
    if dataset is None:
        dataset = Dataset(
            organisation_id=upload.organisation_id,
            model_id=upload.model_id,
            name=upload.row_name,
            uploaded_name=upload.name,
            type=upload.row_type,
            storage_key=upload.storage_key,
            size=upload.size,
            **context.current(),
        )
        session.add(dataset)
        session.flush()
    return dataset


def _created(upload: Upload) -> wire.OpenedUpload:
    return wire.OpenedUpload(
        name=upload.name,
        status="created",
        upload_id=upload.id,
        part_size=PART_SIZE,
        part_count=uploads.part_count(upload.size),
    )
