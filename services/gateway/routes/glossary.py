"""The glossary of an organisation."""

from pydantic import ConfigDict, Field

from services.gateway.routes.table import API, Answer, Body, Group, Visit
from shared.rpc.transcriber import (
    MAX_TERMS,
    GetGlossary,
    Glossary,
    GlossaryEntry,
    PutGlossary,
)

glossary = Group(f"{API}/glossary", "Glossary")


class NewEntry(GlossaryEntry):
    """An entry as a client sends it: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NewGlossary(Body):
    """All entries, in their order. What was there before goes."""

    items: list[NewEntry] = Field(max_length=MAX_TERMS)


@glossary.route("GET", answer=Glossary)
def show_glossary(visit: Visit) -> Answer:
    """Show the terms that are replaced in transcripts."""
    organisation_id = visit.principal.organisation_id
    return Answer(visit.call.json(GetGlossary(organisation_id=organisation_id)))


@glossary.route("PUT", answer=Glossary)
def put_glossary(visit: Visit, body: NewGlossary) -> Answer:
    """Replace the terms as a whole, for transcriptions that begin from now on."""
    organisation_id = visit.principal.organisation_id
    return Answer(
        visit.call.json(PutGlossary(organisation_id=organisation_id, items=list(body.items)))
    )
