"""Dataset rows: listed, downloaded, deleted, and what became of their files."""

from typing import Any

from sqlalchemy.orm import Session

from services.ingest import domain
from services.ingest.domain import Facts
from services.ingest.models import queries
from services.ingest.models.tables import Dataset, Model
from shared.errors import ArgotError
from shared.events import ingest as events
from shared.events.catalog import CustomModelDeleted
from shared.rpc import ingest as wire
from shared.rpc.contract import Failure, Nothing, Page
from shared.runtime import outbox, paging
from shared.runtime.database import Database, now
from shared.runtime.deliveries import Delivery
from shared.runtime.storage import Storage


def list_datasets(request: wire.ListDatasets, database: Database) -> Page[wire.Dataset]:
    """The model's rows, newest change first."""
    query = queries.live_datasets(request.organisation_id, request.model_id)
    with database.reading() as session:
        rows, cursor = paging.read_page(session, query, Dataset.changed_at, Dataset.id, request)
    return Page[wire.Dataset](items=[row.reply() for row in rows], next_cursor=cursor)


def download_dataset(
    request: wire.DownloadDataset, database: Database, storage: Storage
) -> wire.SignedUrl:
    """A URL of the file that saves under the row's name; of one that failed, as it was uploaded."""
    with database.reading() as session:
        dataset = _dataset(session, request)
    if dataset.status == "processing":
        raise ArgotError("not-ready-to-run", "The file is still being processed")
    name = dataset.name if dataset.status == "ready" else dataset.uploaded_name
    url = storage.sign_download(dataset.storage_key, name, domain.DOWNLOAD_SECONDS)
    return wire.SignedUrl(url=url)


def delete_dataset(request: wire.DeleteDataset, database: Database) -> Nothing:
    """The row is gone for users and for later trainings."""
    with database.transaction() as session:
        model = queries.locked_model(session, request.organisation_id, request.model_id)
        _delete(session, model, _dataset(session, request))
    return Nothing()


def get_datasets_state(request: wire.GetDatasetsState, database: Database) -> wire.DatasetsState:
    """What a verdict on the model's data must have seen."""
    with database.reading() as session:
        return queries.datasets_state(session, request.organisation_id, request.model_id)


def delete_model(message: Delivery[CustomModelDeleted], database: Database) -> None:
    """All rows of the model are gone, and no upload for it goes on."""
    organisation_id, model_id = message.event.organisation_id, message.event.model_id
    with database.once(message.id) as session:
        model = queries.locked_model(session, organisation_id, model_id)
        model.deleted_at = now()
        queries.abort_open_uploads(session, organisation_id, model_id)
        for dataset in session.scalars(queries.live_datasets(organisation_id, model_id)).all():
            _delete(session, model, dataset)


def record_ready(job: Dataset, facts: Facts, database: Database) -> bool:
    """The file is usable; False where the row was deleted, or is leased to another by now."""
    with database.transaction() as session:
        model = queries.locked_model(session, job.organisation_id, job.model_id)
        dataset = queries.leased_dataset(session, job)
        if dataset is None:
            return False
        dataset.become_ready(facts)
        event = events.DatasetUploaded(
            **_subject(model, dataset),
            type=dataset.type,
            duration=facts.duration,
            start_time=facts.start_time,
            end_time=facts.end_time,
            cues=facts.cues,
            levels=facts.levels,
            text=facts.text,
            named=facts.named,
            **facts.stored.model_dump(),
        )
        outbox.publish(session, event)
        return True


def record_failure(job: Dataset, failure: Failure, database: Database) -> None:
    """The file is not usable; nothing happens where the row is not the job's any more."""
    with database.transaction() as session:
        model = queries.locked_model(session, job.organisation_id, job.model_id)
        dataset = queries.leased_dataset(session, job)
        if dataset is None:
            return
        dataset.become_failed(failure)
        event = events.DatasetRejected(**_subject(model, dataset), **failure.model_dump())
        outbox.publish(session, event)


def put_back(job: Dataset, database: Database) -> None:
    """The worker stops: the attempt does not count."""
    with database.transaction() as session:
        dataset = queries.leased_dataset(session, job)
        if dataset is not None:
            dataset.attempts -= 1


def _dataset(session: Session, request: wire.DownloadDataset | wire.DeleteDataset) -> Dataset:
    rows = queries.live_datasets(request.organisation_id, request.model_id)
    dataset = session.scalars(rows.where(Dataset.id == request.dataset_id)).first()
    if dataset is None:
        raise ArgotError("dataset-not-found")
    return dataset


def _delete(session: Session, model: Model, dataset: Dataset) -> None:
    dataset.deleted_at = now()
    outbox.publish(session, events.DatasetDeleted(**_subject(model, dataset)))


def _subject(model: Model, dataset: Dataset) -> dict[str, Any]:
    """What every event of a dataset has; takes the model's next revision."""
    return {
        "organisation_id": model.organisation_id,
        "model_id": model.model_id,
        "dataset_id": dataset.id,
        "name": dataset.name,
        "revision": model.next_revision(),
    }
