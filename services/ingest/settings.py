"""What ingest is told by its environment."""

from shared.runtime import settings


class Settings(settings.RuntimeSettings, settings.DatabaseSettings, settings.StorageSettings):
    """For the service."""


class WorkerSettings(Settings, settings.WorkerSettings, settings.SweepSettings):
    """For the worker."""
