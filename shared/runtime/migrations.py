"""Alembic, run by each process at its start and safe when several start at once."""

from importlib.resources import files

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Engine, MetaData, text

from shared.runtime import tables

_LOCK = 0x4152474F54  # any number that other users of the server's advisory locks do not take


def config(service: str) -> Config:
    """Alembic's configuration for `services/<service>/migrations`."""
    settings = Config()
    location = str(files(f"services.{service}") / "migrations")
    settings.set_main_option("script_location", location)
    settings.set_main_option("path_separator", "os")
    return settings


def upgrade(service: str, engine: Engine) -> None:
    """Bring the service's tables to the newest revision, in one transaction."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        settings = config(service)
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")


def run(service_metadata: MetaData) -> None:
    """The whole of a service's `migrations/env.py`."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=[service_metadata, tables.metadata],
        render_item=context.config.attributes.get("render_item"),
    )
    with context.begin_transaction():
        context.run_migrations()
