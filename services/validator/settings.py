"""What the validator is told by its environment."""

from pydantic import Field

from shared.runtime.settings import DatabaseSettings, RuntimeSettings


class Settings(RuntimeSettings, DatabaseSettings):
    """How long to wait for events that are on their way."""

    catch_up_seconds: float = Field(default=3, ge=0, lt=8)
