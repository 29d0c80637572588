"""Alembic's entry for the trainer."""

from services.trainer.models import Base
from shared.runtime import migrations

migrations.run(Base.metadata)
