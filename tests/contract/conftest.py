"""What chart and compose file are checked against: the processes and their settings classes."""

import importlib
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath

import pytest
from pydantic_settings import BaseSettings

from argot.stack import ARGOT, ProcessSpec

ROOT = Path(__file__).parents[2]
HEALTH_PORT = 8081
HTTP_PORT = 8080

Check = Callable[[str, Mapping[str, str], Iterable[str]], None]


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's."""
    return ROOT


@pytest.fixture(scope="session")
def images() -> dict[str, str]:
    """Each process and the Dockerfile's target that it needs."""
    heavy = {"trainer-worker", "transcriber-worker"}
    return {spec.name: "ml" if spec.name in heavy else "light" for spec in ARGOT}


@pytest.fixture(scope="session")
def modules() -> dict[str, str]:
    """Each process and the module that it runs."""
    return {spec.name: spec.argv[-1] for spec in ARGOT}


@pytest.fixture
def check_told(monkeypatch: pytest.MonkeyPatch) -> Check:
    """Fails unless a process starts with this environment in a container.

    It must name settings of the process only, and all that it needs; probes must reach it, and
    its folders lie on volumes, since the root file system is read-only.
    """
    specs = {spec.name: spec for spec in ARGOT}

    def check(process: str, environment: Mapping[str, str], mounts: Iterable[str]) -> None:
        kind = settings_of(specs[process])
        unknown = environment.keys() - {f"ARGOT_{name.upper()}" for name in kind.model_fields}
        assert not unknown
        for name in [name for name in os.environ if name.startswith("ARGOT_")]:
            monkeypatch.delenv(name)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)

        settings = kind().model_dump()

        assert (settings["health_host"], settings["health_port"]) == ("0.0.0.0", HEALTH_PORT)
        if process == "gateway":
            assert (settings["host"], settings["port"]) == ("0.0.0.0", HTTP_PORT)
        places = {PurePosixPath(mount) for mount in mounts}
        for name, value in settings.items():
            if isinstance(value, Path) and name not in IN_THE_IMAGE:
                assert places & {value, *value.parents}, name

    return check


IN_THE_IMAGE = {"panel_dir"}
"""Folders that come with it; all others are written to."""


def settings_of(spec: ProcessSpec) -> type[BaseSettings]:
    """The class that the process reads at its start."""
    module = importlib.import_module(f"services.{spec.service}.settings")
    name = "WorkerSettings" if spec.argv[-1].endswith(".worker") else "Settings"
    kind: type[BaseSettings] = getattr(module, name)
    return kind
