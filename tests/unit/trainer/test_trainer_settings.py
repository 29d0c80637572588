"""A worker with wrong settings does not start."""

import pytest
from pydantic import ValidationError

from services.trainer.settings import WorkerSettings

REQUIRED = {
    "amqp_url": "amqp://",
    "database_url": "sqlite://",
    "storage_endpoint": "http://storage",
    "storage_access_key": "a",
    "storage_secret_key": "b",
    "work_dir": "/work",
}


def started(engine_settings: str, monkeypatch: pytest.MonkeyPatch) -> WorkerSettings:
    for name, text in {**REQUIRED, "engine_settings": engine_settings}.items():
        monkeypatch.setenv(f"ARGOT_{name.upper()}", text)
    return WorkerSettings()


def test_settings_of_the_engine_are_taken_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    found = started('{"epochs": 3, "blends": [0.5]}', monkeypatch)
    assert found.engine_settings == {"epochs": 3, "blends": [0.5]}


@pytest.mark.parametrize("wrong", ['{"packings": 0}', '{"packings": NaN}', '{"packing": 1}'])
def test_wrong_settings_of_the_engine_are_refused(
    wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValidationError, match=r"settings of the engine: packings?\."):
        started(wrong, monkeypatch)
