"""The settings that every process has; a service's own class adds to them."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class RuntimeSettings(BaseSettings):
    """Read from `ARGOT_…` environment variables; a missing required one fails at the start."""

    model_config = SettingsConfigDict(env_prefix="ARGOT_", frozen=True, hide_input_in_errors=True)

    amqp_url: SecretStr
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
    health_host: str = "127.0.0.1"
    health_port: int = Field(default=0, description="0: no health server")
    rpc_timeout: float = Field(default=10.0, gt=0, description="seconds")
    max_workers: int = Field(default=10, ge=1, description="concurrent requests and events")


class DatabaseSettings(BaseSettings):
    """For a service that owns tables."""

    model_config = SettingsConfigDict(env_prefix="ARGOT_", frozen=True, hide_input_in_errors=True)

    database_url: SecretStr = Field(description="sqlite:////path or postgresql+psycopg://…")


class StorageSettings(BaseSettings):
    """For a service that reads or writes object storage."""

    model_config = SettingsConfigDict(env_prefix="ARGOT_", frozen=True, hide_input_in_errors=True)

    storage_endpoint: str = Field(description="http(s)://host:port as the services see it")
    storage_public_endpoint: str | None = Field(
        default=None, description="the same storage as browsers see it; signed URLs name it"
    )
    storage_access_key: SecretStr
    storage_secret_key: SecretStr
    storage_bucket: str = "argot"
    storage_region: str = "us-east-1"


class WorkerSettings(BaseSettings):
    """For a worker that leases jobs."""

    model_config = SettingsConfigDict(env_prefix="ARGOT_", frozen=True, hide_input_in_errors=True)

    work_dir: Path = Field(description="a private folder for files in work")
    lease_seconds: float = Field(default=15.0, gt=0)
    job_attempts: int = Field(default=5, ge=1, description="leases before a job is given up")
    poll_seconds: float = Field(default=0.3, gt=0)


class SweepSettings(BaseSettings):
    """For a worker that removes from storage what nobody needs any more."""

    model_config = SettingsConfigDict(env_prefix="ARGOT_", frozen=True, hide_input_in_errors=True)

    upload_days: float = Field(default=7, ge=0, description="an upload open longer is abandoned")
    retention_days: float = Field(
        default=30, ge=0, description="objects outlive the deletion of what they belong to so long"
    )
    sweep_seconds: float = Field(default=3600, gt=0, description="from one sweep to the next")
