"""Alembic's entry for the validator service."""

from services.validator.models import Base
from shared.runtime import migrations

migrations.run(Base.metadata)
