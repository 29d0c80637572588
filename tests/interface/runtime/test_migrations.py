"""Tables that hold rows already are brought to the newest revision, and are what the code says."""

import importlib
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, Table, insert, select

from shared.runtime import migrations, tables
from shared.runtime.database import Database

AT = datetime(2026, 1, 31, tzinfo=UTC)
ROWS: dict[str, dict[str, dict[str, Any]]] = {
    "catalog": {
        "custom_models": {
            "id": "m",
            "organisation_id": "acme",
            "key": "fr-x-m",
            "name": "M",
            "language": "fr",
            "base_model": "whisper-base",
            "status": 4,
            "enabled": True,
            "created_at": AT,
            "last_modified": AT,
        }
    },
    "quota": {
        "ledger": {
            "id": "c",
            "organisation_id": "acme",
            "claim_id": "c",
            "kind": "training",
            "action": "claim",
            "training_id": "t",
            "model_id": "m",
            "price": "0",
            "period_start": AT,
            "created_at": AT,
        }
    },
}
"""Rows as the first revision had them."""


@pytest.mark.parametrize("service", sorted(ROWS))
def test_rows_of_the_first_revision_survive_the_way_to_the_newest(
    database_url: str, service: str, request: pytest.FixtureRequest
) -> None:
    metadata = importlib.import_module(f"services.{service}.models.tables").Base.metadata
    database = Database(database_url)
    with database.engine.begin() as connection:
        settings = migrations.config(service)
        settings.attributes["connection"] = connection
        command.upgrade(settings, "0001")
        for name, row in ROWS[service].items():
            table = Table(name, MetaData(), autoload_with=connection)
            connection.execute(insert(table).values(row))

    migrations.upgrade(service, database.engine)

    with database.engine.begin() as connection:
        for name, row in ROWS[service].items():
            found = connection.execute(select(metadata.tables[name])).one()._mapping
            assert {key: found[key] for key in row} == row
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, [metadata, tables.metadata]) == []
        settings.attributes["connection"] = connection
        command.downgrade(settings, "base")
    database.close()
