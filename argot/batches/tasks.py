"""Which recordings are meant, and where the result of each is written."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from argot.errors import ExpectedError
from shared.speech.filenames import UploadType, allows, kind_of


@dataclass(frozen=True)
class Task:
    """A recording, and the file for its result; None: it is printed.

    `text` is the file of what is said in it, where that is to be aligned.
    """

    audio: Path
    target: Path | None
    text: Path | None = None


def is_recording(path: Path) -> bool:
    """Whether the server takes such a file, by its name."""
    kind = kind_of(path.name)
    return kind is not None and allows(UploadType.AUDIO, kind)


def recordings(paths: Iterable[Path]) -> dict[Path, Path]:
    """The files among `paths`, and the recordings in folders and below; each with its place.

    A place is the path below the named folder, or the name of a named file. Hidden files and
    folders are left out. Raises an `ExpectedError` for a folder without recordings.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        if not path.is_dir():
            found.setdefault(path, Path(path.name))
            continue
        below = [each for each in sorted(path.rglob("*")) if each.is_file() and is_recording(each)]
        places = {each: each.relative_to(path) for each in below}
        shown = {each: at for each, at in places.items() if not _is_hidden(at)}
        if not shown:
            raise ExpectedError(f"{path} has no audio and no video.")
        for each, at in shown.items():
            found.setdefault(each, at)
    return found


def targets(found: Mapping[Path, Path], form: str, folder: Path | None) -> dict[Path, Path]:
    """Beside each recording, or at its place in `folder`: `talk.srt` for `talk.mp3`.

    Of several that would get one name, each keeps its own: `talk.mp3.srt`, `talk.wav.srt`. Raises
    an `ExpectedError` where that does not help either.
    """
    places = {path: path if folder is None else folder / at for path, at in found.items()}
    wanted = Counter(at.with_suffix(f".{form}") for at in places.values())
    chosen: dict[Path, Path] = {}
    taken: dict[Path, Path] = {}
    for path, at in places.items():
        target = at.with_suffix(f".{form}")
        if wanted[target] > 1:
            target = at.with_name(f"{at.name}.{form}")
        if target in taken:
            raise ExpectedError(f"{taken[target]} and {path} would both be written to {target}.")
        chosen[path], taken[target] = target, path
    return chosen


def spare_sources(tasks: Iterable[Task]) -> None:
    """Raises an `ExpectedError` where a result would be written over a file that is read.

    The file system tells which files are the same, by whatever name or link.
    """
    tasks = list(tasks)
    read = [path for task in tasks for path in (task.audio, task.text) if path is not None]
    sources = {_identity(path): path for path in read if path.exists()}
    for task in tasks:
        if task.target is None or not task.target.exists():
            continue
        if source := sources.get(_identity(task.target)):
            raise ExpectedError(
                f"The result of {task.audio} would be written over {source}; name another by -o"
            )


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _is_hidden(place: Path) -> bool:
    return any(part.startswith(".") for part in place.parts)
