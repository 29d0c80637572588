"""All routes. Importing this package fills the table."""

from services.gateway.routes import (
    account,
    admin,
    alignments,
    claims,
    datasets,
    glossary,
    models,
    operations,
    panel,
    speech,
    trainings,
    transcriptions,
    uploads,
)
from services.gateway.routes.table import TABLE

__all__ = [
    "TABLE",
    "account",
    "admin",
    "alignments",
    "claims",
    "datasets",
    "glossary",
    "models",
    "operations",
    "panel",
    "speech",
    "trainings",
    "transcriptions",
    "uploads",
]
