"""What the quota service is told by its environment."""

from shared.runtime.settings import DatabaseSettings, RuntimeSettings


class Settings(RuntimeSettings, DatabaseSettings):
    """Nothing beyond what every service with tables needs."""
