"""Who may open media and weights: read from the source, since no run would show a new way in."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path for top in ("argot", "services", "shared") for path in (ROOT / top).rglob("*.py")
)
SANDBOX = ROOT / "shared" / "runtime" / "media"
# They open files and addresses that a file names, or run code from it.
OPENERS = {
    "av",
    "ffmpeg",
    "faster_whisper.audio",
    "soundfile",
    "torchaudio",
    "librosa",
    "audioread",
}
LOADERS = {"pickle", "dill", "shelve", "marshal"}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def called(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def test_the_rules_see_what_they_forbid(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import av\nfrom faster_whisper import audio\ntorch.load(x)\n")
    assert {"av", "faster_whisper.audio"} <= set(imported(tmp_path / "a.py"))
    assert "torch.load" in set(called(tmp_path / "a.py"))


@pytest.mark.parametrize("forbidden", [OPENERS, LOADERS], ids=["media", "code"])
def test_only_the_sandbox_opens_media_and_nothing_unpickles(forbidden: set[str]) -> None:
    found = {
        (str(path.relative_to(ROOT)), name)
        for path in SOURCES
        if not path.is_relative_to(SANDBOX)
        for name in imported(path)
        if any(name == each or name.startswith(f"{each}.") for each in forbidden)
    }
    assert found == set()


def test_weights_are_safetensors() -> None:
    loading = {str(path) for path in SOURCES if {"torch.load", "load"} & set(called(path))}
    assert loading == set()


def test_the_sandbox_alone_runs_ffmpeg() -> None:
    """Another service may ask whether it is installed, and no more."""
    naming = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        if not path.is_relative_to(SANDBOX)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and node.value in ("ffmpeg", "ffprobe")
    }
    assert naming == {"services/ingest/adapters/programs.py"}
