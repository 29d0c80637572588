"""Which languages there are for whom."""

from collections.abc import Mapping

from sqlalchemy import select

from services.catalog import languages, models
from services.catalog.models import ModelRow, Publication
from shared.errors import ArgotError
from shared.rpc.catalog import (
    FindTranscriptionTarget,
    Language,
    Languages,
    ListLanguages,
    PublishLanguage,
    TranscriptionTarget,
    WithdrawLanguage,
)
from shared.rpc.contract import Nothing
from shared.runtime.database import Database

BaseModels = Mapping[str, str]


def list_languages(
    request: ListLanguages, database: Database, base_models: BaseModels
) -> Languages:
    """Trainable languages, published or not; or what the organisation can transcribe with."""
    if request.purpose == "training":
        keys = [key for key in languages.names() if languages.base_model(key, base_models)]
        return Languages(items=[_base(key) for key in keys])
    organisation = request.organisation_id
    published = select(Publication.language).where(Publication.organisation_id == organisation)
    custom = select(ModelRow).where(models.living(organisation), ModelRow.enabled)
    with database.transaction() as session:
        granted = set(session.scalars(published))
        items = [_base(key) for key in languages.names() if key in granted]
        items += [_custom(row) for row in session.scalars(custom.order_by(ModelRow.name))]
    return Languages(items=items)


def _base(key: str) -> Language:
    return Language(key=key, name=languages.names()[key], kind="base")


def _custom(row: ModelRow) -> Language:
    return Language(
        key=row.key,
        name=row.name,
        kind="custom",
        model_id=row.id,
        base_language=row.language,
    )


def find_transcription_target(
    request: FindTranscriptionTarget, database: Database, base_models: BaseModels
) -> TranscriptionTarget:
    """The models behind a key of `list_languages(purpose="transcription")`."""
    organisation, key = request.organisation_id, request.key
    with database.transaction() as session:
        if key in languages.names():
            if not models.is_published(session, organisation, key):
                raise ArgotError("language-not-published")
            base_model = languages.base_model(key, base_models)
            if base_model is None:
                raise ArgotError("invalid-language")
            return TranscriptionTarget(
                key=key,
                language=languages.whisper_language(key),
                base_model=base_model,
                model_id=None,
                artifact=None,
            )
        query = select(ModelRow).where(models.living(organisation), ModelRow.key == key)
        row = session.scalars(query).first()
        if row is None or not row.enabled:
            raise ArgotError("invalid-language")
        return TranscriptionTarget(
            key=key,
            language=languages.whisper_language(row.language),
            base_model=row.base_model,
            model_id=row.id,
            artifact=row.stored_artifact(),
        )


def publish_language(request: PublishLanguage, database: Database) -> Nothing:
    """Granting twice is granting once; a reseller grants what it has itself."""
    _refuse_unknown(request.language)
    with database.transaction() as session:
        if request.granted_by is not None and not models.is_published(
            session, request.granted_by, request.language
        ):
            raise ArgotError("language-not-published")
        session.merge(
            Publication(organisation_id=request.organisation_id, language=request.language)
        )
    return Nothing()


def withdraw_language(request: WithdrawLanguage, database: Database) -> Nothing:
    """Withdrawing what was not granted changes nothing."""
    _refuse_unknown(request.language)
    with database.transaction() as session:
        row = session.get(Publication, (request.organisation_id, request.language))
        if row is not None:
            session.delete(row)
    return Nothing()


def _refuse_unknown(key: str) -> None:
    if key not in languages.names():
        raise ArgotError("invalid-language")
