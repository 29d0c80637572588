"""What the local stack is told by its environment."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class StackSettings(BaseSettings):
    """Everything is optional; services read their own settings from the same environment."""

    model_config = SettingsConfigDict(
        env_prefix="ARGOT_", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    port: int | None = Field(
        default=None, ge=1, le=65535, description="of the gateway; else 8080 or a free one"
    )
    jwt_secret: SecretStr | None = Field(default=None, description="else one is made and kept")
    local_database: Literal["sqlite", "postgresql"] = "sqlite"
    log_format: Literal["json", "console"] = "json"


FOLDER = Path(".argot")
