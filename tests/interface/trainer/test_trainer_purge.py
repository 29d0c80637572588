"""What is stored for trainings of deleted models goes after the retention."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from uuid6 import uuid7

from services.trainer import handlers, tidying
from services.trainer.domain import Status
from services.trainer.models import Run
from shared.events.catalog import CustomModelDeleted, TrainRequested
from shared.runtime import migrations
from shared.runtime.database import Database, now
from shared.runtime.deliveries import Delivery
from shared.runtime.storage import Storage


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    migrations.upgrade("trainer", opened.engine)
    yield opened
    opened.close()


class Model:
    """A model with a run and the objects that it keeps."""

    def __init__(self, database: Database, storage: Storage, folder: Path) -> None:
        self.database = database
        self.storage = storage
        self.mine = {"organisation_id": "acme", "model_id": str(uuid7())}
        self.training_id = str(uuid7())
        event = TrainRequested(
            **self.mine, training_id=self.training_id, language="fr", base_model="tiny", pairs=[]
        )
        handlers.request_training(Delivery(str(uuid7()), event), database)
        path = folder / "object"
        path.write_bytes(b"x")
        for name in ("checkpoint.safetensors", "1.tar.gz", "1.json"):
            storage.put_file(f"{self.run().folder}/{name}", path)

    def run(self) -> Run:
        with self.database.reading() as session:
            return session.get_one(Run, self.training_id)

    def delete(self) -> None:
        message = Delivery(str(uuid7()), CustomModelDeleted(**self.mine))
        handlers.delete_model(message, self.database)

    def objects(self) -> int:
        return len(list(self.storage.list_prefix(f"{self.run().folder}/")))


def test_artifacts_of_deleted_models_go_after_the_retention(
    database: Database, objects: Storage, tmp_path: Path
) -> None:
    deleted, living = (Model(database, objects, tmp_path) for _ in range(2))
    with database.transaction() as session:
        session.get_one(Run, living.training_id).end(Status.SUCCESS)
    deleted.delete()
    tidying.purge(database, objects, now() - timedelta(days=30))
    assert (deleted.objects(), living.objects()) == (3, 3)
    for _ in range(2):
        tidying.purge(database, objects, now() + timedelta(seconds=60))
        assert (deleted.objects(), living.objects()) == (0, 3)
    assert deleted.run().purged_at is not None
    assert living.run().purged_at is None
