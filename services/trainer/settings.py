"""What the trainer is told by its environment."""

import sys
from typing import Any, Literal

from pydantic import Field, field_validator

from services.trainer.engine import EngineSettings
from shared.runtime import settings
from shared.runtime.base_models import BaseModelSettings


class Settings(settings.RuntimeSettings, settings.DatabaseSettings, settings.StorageSettings):
    """For the service."""


class WorkerSettings(Settings, settings.WorkerSettings, settings.SweepSettings, BaseModelSettings):
    """For the worker.

    `job_attempts` counts those that were killed since the last stored checkpoint, and those that
    ended with a fault since the beginning.
    """

    engine_command: tuple[str, ...] = Field(
        default=(sys.executable, "-P", "-m", "services.trainer.engine"),
        description="the child process; the job's folder is added to it",
    )
    engine_device: Literal["auto", "cpu", "cuda"] = "auto"
    engine_threads: int = Field(
        default=0, ge=0, le=1024, description="0: as many as PyTorch chooses"
    )
    engine_settings: dict[str, Any] = Field(
        default={}, description="JSON; other training settings than the engine's own"
    )
    checkpoint_seconds: float = Field(
        default=180, gt=0, description="one is four times the trained weights"
    )

    @field_validator("engine_settings")
    @classmethod
    def _known_to_the_engine(cls, settings: dict[str, Any]) -> dict[str, Any]:
        """Wrong ones are told here, and not by a training that has begun."""
        EngineSettings.from_json(settings)
        return settings
