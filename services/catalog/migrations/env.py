"""Alembic's entry for the catalog service."""

from services.catalog.models.tables import Base
from shared.runtime import migrations

migrations.run(Base.metadata)
