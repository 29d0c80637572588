"""The compose file and the image: the same processes with the same settings as everywhere."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from dotenv import dotenv_values

Check = Callable[[str, Mapping[str, str], Iterable[str]], None]

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SERVERS = {"broker", "database", "storage"}
OURS = {name: each for name, each in SERVICES.items() if name not in SERVERS}
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[?-])(?P<text>[^}]*))?\}")

WITHOUT_MODELS = """
import sys

for package in ("ctranslate2", "faster_whisper", "huggingface_hub", "jiwer", "torch"):
    sys.modules[package] = None

import importlib

import shared.runtime.service.launcher

for module in sys.argv[1:]:
    importlib.import_module(module)
"""


def filled(value: str) -> str:
    """The value with a stand-in for what `.env` must give, and the defaults of the rest."""
    return VARIABLE.sub(lambda each: each["text"] if each["kind"] == "-" else "a-secret", value)


def test_it_runs_every_process_and_no_other(
    modules: dict[str, str], images: dict[str, str]
) -> None:
    assert {name: each["command"] for name, each in OURS.items()} == modules
    assert {name: each["build"]["target"] for name, each in OURS.items()} == images
    assert all(each["image"] == f"argot:{images[name]}" for name, each in OURS.items())


def test_the_dockerfile_has_the_targets() -> None:
    targets = re.findall(r"^FROM \S+ AS (\S+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)

    assert {each["build"]["target"] for each in OURS.values()} <= set(targets)


def test_light_processes_need_no_machine_learning_package(
    modules: dict[str, str], images: dict[str, str]
) -> None:
    """Numpy is none: py3langid brings it into the light image."""
    light = [modules[name] for name, image in images.items() if image == "light"]
    entries = [each if each.endswith(".worker") else f"{each}.service" for each in light]

    subprocess.run([sys.executable, "-c", WITHOUT_MODELS, *entries], check=True, cwd=ROOT)


@pytest.mark.parametrize("process", OURS)
def test_every_process_is_told_what_it_needs(process: str, check_told: Check) -> None:
    own = OURS[process]
    environment = {name: filled(value) for name, value in own["environment"].items()}
    mounts = [volume.partition(":")[2] for volume in own.get("volumes", [])]

    check_told(process, environment, mounts)


@pytest.mark.parametrize("process", OURS)
def test_every_process_is_restricted(process: str) -> None:
    own = OURS[process]

    assert own["read_only"] is True
    assert own["cap_drop"] == ["ALL"]
    assert own["security_opt"] == ["no-new-privileges:true"]
    assert "/readyz" in own["healthcheck"]["test"][-1]


def test_what_is_named_is_there() -> None:
    for each in SERVICES.values():
        for needed, how in each.get("depends_on", {}).items():
            assert "healthcheck" in SERVICES[needed]
            assert how == {"condition": "service_healthy"}
        assert set(each["networks"]) <= COMPOSE["networks"].keys()
        volumes = {volume.partition(":")[0] for volume in each.get("volumes", [])}
        assert volumes <= COMPOSE["volumes"].keys()
        assert {each["source"] for each in each.get("configs", [])} <= COMPOSE["configs"].keys()


def test_each_service_has_a_database_of_its_own() -> None:
    made = re.findall(r"CREATE DATABASE (\w+);", COMPOSE["configs"]["databases"]["content"])
    used = {
        name: urlsplit(filled(each["environment"]["ARGOT_DATABASE_URL"])).path.strip("/")
        for name, each in OURS.items()
        if "ARGOT_DATABASE_URL" in each["environment"]
    }

    assert used == {name: name.removesuffix("-worker") for name in used}
    assert sorted(made) == sorted(set(used.values()))


def test_secrets_come_from_the_env_file_alone() -> None:
    values = [
        (name, value) for each in SERVICES.values() for name, value in each["environment"].items()
    ]
    required = {
        found["name"]
        for _, value in values
        for found in VARIABLE.finditer(value)
        if found["kind"] == "?"
    }

    for name, value in values:
        rest = VARIABLE.sub("", value)
        if "://" in rest:
            assert not urlsplit(rest).password, name
        elif re.search("PASS|SECRET|KEY", name):
            assert not rest, name
    assert dotenv_values(ROOT / ".env.example") == dict.fromkeys(required, "")


def test_only_gateway_and_storage_are_published_and_here_only_by_default() -> None:
    published = {
        name: [filled(port) for port in each["ports"]]
        for name, each in SERVICES.items()
        if "ports" in each
    }

    assert published == {"storage": ["127.0.0.1:8333:8333"], "gateway": ["127.0.0.1:8080:8080"]}


def test_the_decoder_of_uploads_has_no_way_out() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert OURS["ingest-worker"]["networks"] == ["inside"]
