"""Alembic's entry for the quota service."""

from services.quota.models.tables import Base
from shared.runtime import migrations

migrations.run(Base.metadata)
