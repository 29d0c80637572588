"""A database of the first version becomes one of the newest, with what it holds."""

from alembic import command
from sqlalchemy import text

from services.validator import models
from shared.runtime import migrations
from shared.runtime.database import Database


def test_files_and_deleted_models_outlive_the_migration(database_url: str) -> None:
    database = Database(database_url)
    with database.engine.begin() as connection:
        settings = migrations.config("validator")
        settings.attributes["connection"] = connection
        command.upgrade(settings, "0001")
        connection.execute(text("INSERT INTO deleted_models (model_id) VALUES ('gone')"))
        connection.execute(
            text(
                "INSERT INTO files (dataset_id, organisation_id, model_id, name, "
                "settled_revision, type, storage_key, size, sha256) VALUES "
                "('d', 'org', 'm', 'a.vtt', 1, 'TRANSCRIPT', 'datasets/a', 9, 'digest')"
            )
        )

    migrations.upgrade("validator", database.engine)

    with database.transaction() as session:
        assert models.locked_model(session, "gone").deleted
        assert not models.locked_model(session, "m").deleted
        (file,) = models.ready_files(session, "org", "m")
    assert (file.name, file.type, file.named, file.characters) == (
        "a.vtt",
        "TRANSCRIPT",
        None,
        None,
    )
    database.close()
