"""Which languages there are for whom."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from services.catalog import languages
from services.catalog.models import custom_models, publications
from services.catalog.models.custom_models import EnabledModel
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
    with database.reading() as session:
        granted = publications.keys(session, request.organisation_id)
        custom = custom_models.enabled(session, request.organisation_id)
    usable = [
        key
        for key in languages.names()
        if key in granted and languages.base_model(key, base_models)
    ]
    return Languages(items=[*map(_base, usable), *map(_custom, custom)])


def _base(key: str) -> Language:
    return Language(key=key, name=languages.names()[key], kind="base")


def _custom(row: EnabledModel) -> Language:
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
    with database.reading() as session:
        if key in languages.names():
            if not publications.is_published(session, organisation, key):
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
        row = custom_models.of_key(session, organisation, key)
        if row is None or not row.enabled:
            raise ArgotError("invalid-language")
        return TranscriptionTarget(
            key=key,
            language=languages.whisper_language(row.language),
            base_model=row.base_model,
            model_id=row.id,
            artifact=row.stored_artifact(),
        )


def trainable(
    session: Session, organisation_id: str, language: str, base_models: BaseModels
) -> str:
    """The base model that a training of the language begins with.

    Errors: `invalid-language` where there is none, `language-not-published`.
    """
    base_model = languages.base_model(language, base_models)
    if language not in languages.names() or base_model is None:
        raise ArgotError("invalid-language")
    if not publications.is_published(session, organisation_id, language):
        raise ArgotError("language-not-published")
    return base_model


def publish_language(request: PublishLanguage, database: Database) -> Nothing:
    """Granting twice is granting once; a reseller grants what it has itself."""
    _refuse_unknown(request.language)
    with database.transaction() as session:
        if request.granted_by is not None and not publications.is_published(
            session, request.granted_by, request.language
        ):
            raise ArgotError("language-not-published")
        publications.grant(session, request.organisation_id, request.language)
    return Nothing()


def withdraw_language(request: WithdrawLanguage, database: Database) -> Nothing:
    """Withdrawing what was not granted changes nothing."""
    _refuse_unknown(request.language)
    with database.transaction() as session:
        publications.withdraw(session, request.organisation_id, request.language)
    return Nothing()


def _refuse_unknown(key: str) -> None:
    if key not in languages.names():
        raise ArgotError("invalid-language")
