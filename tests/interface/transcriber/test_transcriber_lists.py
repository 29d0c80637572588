"""Lists of jobs go straight to their rows, however many there are; on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from services.transcriber.handlers import jobs
from services.transcriber.models import Transcription
from shared.errors import ArgotError
from shared.rpc.transcriber import JobKind, ListTranscriptions
from shared.runtime.database import Database
from shared.runtime.testing.plans import query_plans

from .conftest import FRENCH

START = datetime(2026, 1, 1, tzinfo=UTC)
MANY = 2000


@pytest.fixture(scope="module", autouse=True)
def _jobs(database: Database) -> None:
    """`MANY` jobs of two organisations in turn; each tenth is an alignment."""
    rows = [
        {
            "id": f"{number:036}",
            "organisation_id": ("acme", "globex")[number % 2],
            "name": f"talk-{number}.wav",
            "terms": FRENCH.model_dump(mode="json"),
            "kind": "alignment" if number % 10 == 0 else "transcription",
            "audio_key": f"transcriber/{number}/audio",
            "created_at": START + timedelta(seconds=number),
        }
        for number in range(MANY)
    ]
    with database.transaction() as session:
        session.execute(insert(Transcription), rows)


def page(kind: JobKind, cursor: str | None = None) -> ListTranscriptions:
    return ListTranscriptions(organisation_id="acme", kind=kind, limit=4, cursor=cursor)


def test_pages_come_from_the_index_in_order(database: Database) -> None:
    seen: list[str] = []
    cursor = None
    with query_plans(database) as plans:
        for _ in range(3):
            found = jobs.list_transcriptions(page("transcription", cursor), database)
            seen += [job.name for job in found.items]
            cursor = found.next_cursor
    wanted = [number for number in range(MANY - 1, 0, -1) if number % 2 == 0 and number % 10]
    assert seen == [f"talk-{number}.wav" for number in wanted[:12]]
    assert len(plans) == 3
    for plan in plans:
        assert "transcriptions_newest" in plan
        assert "B-TREE" not in plan, "SQLite would sort"
        assert "Sort" not in plan, "PostgreSQL would sort"
        assert "SCAN" not in plan


def test_a_list_is_of_one_kind(database: Database) -> None:
    found = jobs.list_transcriptions(page("alignment"), database)
    assert [job.name for job in found.items] == [
        f"talk-{number}.wav" for number in (1990, 1980, 1970, 1960)
    ]


def test_a_cursor_of_nowhere_is_refused(database: Database) -> None:
    with pytest.raises(ArgotError) as refused:
        jobs.list_transcriptions(page("transcription", "nowhere"), database)
    assert refused.value.code == "invalid-request"
