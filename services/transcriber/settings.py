"""What the transcriber is told by its environment."""

from typing import Literal

from pydantic import Field

from shared.runtime import settings
from shared.runtime.base_models import BaseModelSettings


class Settings(settings.RuntimeSettings, settings.DatabaseSettings, settings.StorageSettings):
    """For the service."""


class WorkerSettings(Settings, settings.WorkerSettings, settings.SweepSettings, BaseModelSettings):
    """For the worker, which runs one job at a time."""

    inference_device: Literal["auto", "cpu", "cuda"] = "auto"
    inference_threads: int = Field(default=0, ge=0, description="0: all cores of the process")
    model_memory_bytes: int = Field(
        default=4 * 1024**3, gt=0, description="for all models in memory together"
    )
    model_disk_bytes: int = Field(
        default=10 * 1024**3, gt=0, description="for all custom models in the cache together"
    )
