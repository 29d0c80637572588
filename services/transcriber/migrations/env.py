"""Alembic's entry for the transcriber service."""

from services.transcriber.models import Base
from shared.runtime import migrations

migrations.run(Base.metadata)
