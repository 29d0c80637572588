"""The life of a custom model apart from its training."""

from functools import partial

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.catalog.domain import is_visible, key_of
from services.catalog.handlers.languages import BaseModels, trainable
from services.catalog.models import custom_models, tables
from services.catalog.models.tables import ModelRow, Repeat
from shared.errors import ArgotError
from shared.events.catalog import (
    CustomModelCreated,
    CustomModelDeleted,
    CustomModelRenamed,
)
from shared.events.ingest import DatasetDeleted, DatasetRejected, DatasetUploaded
from shared.rpc.catalog import (
    CreateModel,
    CustomModel,
    DeleteModel,
    GetModel,
    ListModels,
    ModelDetails,
    RenameModel,
)
from shared.rpc.contract import Nothing, Page
from shared.runtime import outbox, repeats
from shared.runtime.database import Database, now
from shared.runtime.deliveries import Delivery

DatasetChange = Delivery[DatasetUploaded] | Delivery[DatasetRejected] | Delivery[DatasetDeleted]


def create_model(request: CreateModel, database: Database, base_models: BaseModels) -> CustomModel:
    """A model without data, on a base language that is published to the organisation."""
    _refuse_invisible(request.name)
    moment = now()
    row = ModelRow(
        id=request.model_id,
        organisation_id=request.organisation_id,
        key=key_of(request.name, request.language),
        name=request.name,
        language=request.language,
        created_at=moment,
        last_modified=moment,
    )
    try:
        with database.transaction() as session:
            add = partial(_add, session, row, base_models)
            return repeats.once(session, Repeat, request, add)
    except IntegrityError as error:
        raise ArgotError("language-exists") from error


def _add(session: Session, row: ModelRow, base_models: BaseModels) -> CustomModel:
    known = session.get(ModelRow, row.id)
    if known is not None and known.organisation_id == row.organisation_id:
        return known.wire()
    row.base_model = trainable(session, row.organisation_id, row.language, base_models)
    session.add(row)
    session.flush()
    outbox.publish(
        session,
        CustomModelCreated(
            organisation_id=row.organisation_id,
            model_id=row.id,
            key=row.key,
            name=row.name,
            language=row.language,
        ),
    )
    return row.wire()


def _refuse_invisible(name: str) -> None:
    if not is_visible(name):
        message = "There is nothing to be seen in the name"
        fault = {"code": "invalid-request", "message": message, "field": "name"}
        raise ArgotError("invalid-request", message, [fault])


def rename_model(request: RenameModel, database: Database) -> CustomModel:
    """Another name; the key stays."""
    _refuse_invisible(request.name)
    with database.transaction() as session:
        row = custom_models.hold(session, request.organisation_id, request.model_id)
        row.name = request.name
        row.touch()
        outbox.publish(
            session,
            CustomModelRenamed(organisation_id=row.organisation_id, model_id=row.id, name=row.name),
        )
    return row.wire()


def delete_model(request: DeleteModel, database: Database) -> Nothing:
    """Gone for users at once; whoever keeps something of the model hears of it."""
    with database.transaction() as session:
        row = custom_models.hold(session, request.organisation_id, request.model_id)
        row.deleted_at = now()
        row.enabled = False
        outbox.publish(
            session,
            CustomModelDeleted(organisation_id=row.organisation_id, model_id=row.id),
        )
    return Nothing()


def get_model(request: GetModel, database: Database) -> ModelDetails:
    """The model with what the nested routes need."""
    with database.reading() as session:
        return custom_models.details(session, request.organisation_id, request.model_id)


def list_models(request: ListModels, database: Database) -> Page[CustomModel]:
    """The organisation's models, newest change first."""
    with database.reading() as session:
        rows, cursor = custom_models.NEWEST.read(
            session, request, organisation_id=request.organisation_id
        )
    return Page[CustomModel](items=[tables.wire(row) for row in rows], next_cursor=cursor)


def datasets_changed(message: DatasetChange, database: Database) -> None:
    """What happens to a model's files is a change of the model; of a deleted one it is nothing."""
    event = message.event
    with database.once(message.id) as session:
        row = custom_models.find(session, event.organisation_id, event.model_id)
        if row is not None:
            row.touch()
