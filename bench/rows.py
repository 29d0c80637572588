"""Models and datasets by the thousand, in the services' own tables: over HTTP it takes minutes."""

from datetime import timedelta

from sqlalchemy import insert
from uuid6 import uuid7

from services.catalog.models.tables import ModelRow
from services.ingest.models.tables import Dataset
from shared.runtime.database import Database, now
from shared.runtime.storage import new_key

FILE_BYTES = 1_000_000
FILE_SECONDS = 30.0


def add_models(database_url: str, organisation_id: str, count: int) -> None:
    """French ones into the catalog, `Model 0` the one that changed longest ago."""
    begun = now() - timedelta(days=1)
    rows = [
        {
            "id": str(uuid7()),
            "organisation_id": organisation_id,
            "key": f"fr-x-{number}",
            "name": f"Model {number}",
            "language": "fr",
            "base_model": "whisper-base",
            "created_at": begun,
            "last_modified": begun + timedelta(milliseconds=number),
        }
        for number in range(count)
    ]
    database = Database(database_url)
    with database.transaction() as session:
        session.execute(insert(ModelRow), rows)
    database.close()


def add_datasets(database_url: str, organisation_id: str, model_id: str, count: int) -> None:
    """Ready ones into ingest, recordings and captions in turn; nothing of them is in storage."""
    rows = [
        {
            "organisation_id": organisation_id,
            "model_id": model_id,
            "name": name,
            "uploaded_name": name,
            "type": kind,
            "status": "ready",
            "storage_key": new_key(organisation_id),
            "size": FILE_BYTES,
            "duration": FILE_SECONDS,
        }
        for number in range(count // 2)
        for name, kind in ((f"talk-{number}.wav", "AUDIO"), (f"talk-{number}.vtt", "TRANSCRIPT"))
    ]
    database = Database(database_url)
    with database.transaction() as session:
        session.execute(insert(Dataset), rows)
    database.close()
