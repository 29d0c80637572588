"""Alembic's entry for the ingest service."""

from services.ingest.models import Base
from shared.runtime import migrations

migrations.run(Base.metadata)
