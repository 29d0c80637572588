"""The glossary of an organisation, which is replaced as a whole."""

from services.transcriber import models
from services.transcriber.domain.glossary import check
from services.transcriber.models import GlossaryRow
from shared.rpc import transcriber as wire
from shared.runtime.database import Database, locked


def get_glossary(request: wire.GetGlossary, database: Database) -> wire.Glossary:
    """All entries; none where none were put."""
    with database.reading() as session:
        return wire.Glossary(items=models.glossary(session, request.organisation_id))


def put_glossary(request: wire.PutGlossary, database: Database) -> wire.Glossary:
    """The entries are these from now on; of two writers the last one's stay."""
    check(request.items)
    with database.transaction() as session:
        row = locked(session, GlossaryRow(organisation_id=request.organisation_id, entries=[]))
        row.entries = [each.model_dump() for each in request.items]
    return wire.Glossary(items=request.items)
