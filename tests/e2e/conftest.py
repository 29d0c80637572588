"""The whole of Argot, each service a process of its own, on a small base model."""

import json
from collections.abc import Iterator

import pytest

from argot.client import Client
from argot.stack import Stack
from argot.stack.organisation import grant
from argot.stack.settings import StackSettings

ORGANISATION = "demo"
UPGRADE = "https://plans.test/upgrade"
ENGINE = {
    "max_steps": 6,
    "batch_windows": 1,
    "packings": 1,
    "blends": [0.5],
    "max_test_seconds": 20,
    "max_dev_seconds": 10,
    "threads": 1,
}


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack whose trainings are small, and whose leases are short; of all files here."""
    settings = {
        "ARGOT_BASE_MODELS": '{"*": "whisper-tiny.en"}',
        "ARGOT_ENGINE_SETTINGS": json.dumps(ENGINE),
        "ARGOT_INFERENCE_THREADS": "1",
        "ARGOT_CHECKPOINT_SECONDS": "1",
        "ARGOT_LEASE_SECONDS": "4",
        "ARGOT_RETRY_SECONDS": "1",
        "ARGOT_UPGRADE_URL": UPGRADE,
    }
    with pytest.MonkeyPatch.context() as environment:
        for name, value in settings.items():
            environment.setenv(name, value)
        folder = tmp_path_factory.mktemp("stack")
        environment.delenv("ARGOT_PORT", raising=False)
        with Stack(folder, settings=StackSettings(port=None)) as stack:
            grant(stack.address, stack.token(org=ORGANISATION, user="s", roles=["sysop"]))
            yield stack


@pytest.fixture
def upgrade_url() -> str:
    """Where a plan can be upgraded."""
    return UPGRADE


@pytest.fixture
def client(stack: Stack) -> Iterator[Client]:
    """The HTTP API as an administrator of the organisation."""
    token = stack.token(org=ORGANISATION, user="ann", roles=["admin"])
    with Client(stack.address, token) as client:
        yield client
