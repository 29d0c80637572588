"""The lists go straight to their rows, however many there are and were; on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from services.catalog.handlers import languages, models
from services.catalog.models.tables import ModelRow, Publication
from shared.rpc.catalog import ListLanguages, ListModels
from shared.runtime import migrations
from shared.runtime.database import Database
from shared.runtime.testing.plans import query_plans

START = datetime(2026, 1, 1, tzinfo=UTC)
MANY = 2000


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    """Of `MANY` models of one organisation every second one is deleted, and two are enabled."""
    opened = Database(database_url)
    migrations.upgrade("catalog", opened.engine)
    rows = [
        {
            "id": f"{number:036}",
            "organisation_id": "acme",
            "key": str(number),
            "name": f"Model {number}",
            "language": "fr",
            "base_model": "whisper-base",
            "status": 4,
            "enabled": number in {7, 9},
            "created_at": START,
            "last_modified": START + timedelta(seconds=number),
            "deleted_at": START if number % 2 == 0 else None,
            "hosting_turn": 1,
        }
        for number in range(MANY)
    ]
    with opened.transaction() as session:
        session.execute(insert(ModelRow), rows)
        session.add(Publication(organisation_id="acme", language="fr"))
    yield opened
    opened.close()


@pytest.fixture
def plans(database: Database) -> Iterator[list[str]]:
    with query_plans(database) as found:
        yield found


def test_pages_of_models_come_from_the_index_in_order(database: Database, plans: list[str]) -> None:
    seen, cursor = [], None
    for _ in range(3):
        page = models.list_models(
            ListModels(organisation_id="acme", limit=5, cursor=cursor), database
        )
        seen += [int(model.id) for model in page.items]
        cursor = page.next_cursor

    assert seen == list(range(MANY - 1, MANY - 31, -2))
    assert len(plans) == 3
    for plan in plans:
        assert "custom_models_newest" in plan
        assert "B-TREE" not in plan, "SQLite would sort"
        assert "Sort" not in plan, "PostgreSQL would sort"
        assert "SCAN" not in plan
        assert "Filter" not in plan, "PostgreSQL would pass over rows"


def test_the_language_list_reads_the_live_models_alone(
    database: Database, plans: list[str]
) -> None:
    listed = languages.list_languages(
        ListLanguages(organisation_id="acme", purpose="transcription"), database, {"*": "base"}
    )

    assert [each.name for each in listed.items] == ["French", "Model 7", "Model 9"]
    (of_models,) = [plan for plan in plans if "custom_models" in plan]
    assert "custom_models_enabled" in of_models
    assert "SCAN" not in of_models


def test_a_published_language_without_a_base_model_is_not_offered(database: Database) -> None:
    request = ListLanguages(organisation_id="acme", purpose="transcription")

    listed = languages.list_languages(request, database, {"en": "whisper-base"})

    assert [each.kind for each in listed.items] == ["custom", "custom"]
