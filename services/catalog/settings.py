"""What the catalog is told by its environment."""

from pydantic import Field

from shared.runtime.settings import DatabaseSettings, RuntimeSettings


class Settings(RuntimeSettings, DatabaseSettings):
    """`base_models` maps a language key, a primary subtag or `*` to the base model behind it."""

    base_models: dict[str, str] = Field(default={"*": "whisper-base"})
    claim_seconds: float = Field(
        default=60,
        gt=0,
        description="after which a train request in claiming is abandoned",
    )
