"""The life of a custom model apart from its training."""

from functools import partial

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.catalog import languages, models
from services.catalog.domain import key_of
from services.catalog.handlers.languages import BaseModels
from services.catalog.models import ModelRow, Repeat
from shared.errors import ArgotError
from shared.events.catalog import (
    CustomModelCreated,
    CustomModelDeleted,
    CustomModelRenamed,
)
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
from shared.runtime import outbox, paging, repeats
from shared.runtime.database import Database, now


def create_model(request: CreateModel, database: Database, base_models: BaseModels) -> CustomModel:
    """A model without data, on a base language that is published to the organisation."""
    language = request.language
    base_model = languages.base_model(language, base_models)
    if language not in languages.names() or base_model is None:
        raise ArgotError("invalid-language")
    moment = now()
    row = ModelRow(
        id=request.model_id,
        organisation_id=request.organisation_id,
        key=key_of(request.name, language),
        name=request.name,
        language=language,
        base_model=base_model,
        created_at=moment,
        last_modified=moment,
    )
    try:
        with database.transaction() as session:
            return repeats.once(session, Repeat, request, partial(_add, session, row))
    except IntegrityError as error:
        raise ArgotError("language-exists") from error


def _add(session: Session, row: ModelRow) -> CustomModel:
    known = session.get(ModelRow, row.id)
    if known is not None and known.organisation_id == row.organisation_id:
        return known.wire()
    if not models.is_published(session, row.organisation_id, row.language):
        raise ArgotError("language-not-published")
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


def rename_model(request: RenameModel, database: Database) -> CustomModel:
    """Another name; the key stays."""
    with database.transaction() as session:
        row = models.hold(session, request.organisation_id, request.model_id)
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
        row = models.hold(session, request.organisation_id, request.model_id)
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
        return models.details(session, request.organisation_id, request.model_id)


def list_models(request: ListModels, database: Database) -> Page[CustomModel]:
    """The organisation's models, newest change first."""
    query = select(ModelRow).where(models.living(request.organisation_id))
    with database.reading() as session:
        rows, cursor = paging.read_page(
            session, query, ModelRow.last_modified, ModelRow.id, request
        )
    return Page[CustomModel](items=[row.wire() for row in rows], next_cursor=cursor)
