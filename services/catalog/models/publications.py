"""Which base languages an organisation may use."""

from contextlib import suppress

from sqlalchemy import bindparam, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.catalog.models.tables import Publication

_PUBLISHED = select(Publication.language).where(
    Publication.organisation_id == bindparam("organisation_id")
)


def keys(session: Session, organisation_id: str) -> set[str]:
    """The base languages that the organisation may use."""
    return set(session.scalars(_PUBLISHED, {"organisation_id": organisation_id}))


def is_published(session: Session, organisation_id: str, language: str) -> bool:
    """Whether the organisation may use a base language."""
    return session.get(Publication, (organisation_id, language)) is not None


def grant(session: Session, organisation_id: str, language: str) -> None:
    """Let the organisation use a base language; twice is once, also at once."""
    if not is_published(session, organisation_id, language):
        with suppress(IntegrityError), session.begin_nested():
            session.add(Publication(organisation_id=organisation_id, language=language))


def withdraw(session: Session, organisation_id: str, language: str) -> None:
    """Take it back, where the organisation has it."""
    session.execute(
        delete(Publication).where(
            Publication.organisation_id == organisation_id, Publication.language == language
        )
    )
