"""What the trainer is told by its environment."""

import sys
from typing import Any, Literal

from pydantic import Field

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
    engine_threads: int = Field(default=0, ge=0, description="0: as many as PyTorch chooses")
    engine_settings: dict[str, Any] = Field(
        default={}, description="JSON; other training settings than the engine's own"
    )
    checkpoint_seconds: float = Field(
        default=180, gt=0, description="one is four times the trained weights"
    )
