"""Alembic's entry for the ingest service."""

from services.ingest.models.tables import Base
from shared.runtime import migrations

migrations.run(Base.metadata)
