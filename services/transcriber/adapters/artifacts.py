"""Custom models on disk: fetched once, checked by their digest, kept as long as there is room.

Several processes may share the folder. A lock file beside each artifact is held alone while the
artifact comes or goes, and together with others while it is loaded; the kernel ends the locks of a
process that dies. Its time is that of the last use.
"""

import fcntl
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from services.transcriber.adapters.archives import ArtifactInvalid, unpack
from services.transcriber.adapters.metrics import FOUND
from shared.events.data import StoredFile
from shared.runtime.storage import ObjectMissing, Storage


@dataclass(frozen=True)
class CustomModel:
    """A custom model's artifact; `sha256` of the file in storage names it."""

    model_id: str
    artifact: StoredFile

    @property
    def name(self) -> str:
        """Of its place on disk and in memory."""
        return f"{self.model_id}.{self.artifact.sha256}"

    @staticmethod
    def id_in(name: str) -> str:
        """The id of the model of that name; of a base model's name it is no model's."""
        return name.rpartition(".")[0]


class Artifacts:
    """Unpacked artifacts: all together take `cap_bytes`, or one alone what it needs.

    What is being loaded is never removed. While an artifact is fetched, its archive comes on top.
    """

    def __init__(self, folder: Path, storage: Storage, cap_bytes: int) -> None:
        self._folder = folder
        self._storage = storage
        self._cap_bytes = cap_bytes

    @contextmanager
    def using(self, model: CustomModel, unwanted: threading.Event) -> Iterator[Path]:
        """The model's directory, which stays as long as the context.

        Errors: `ArtifactInvalid`, `Unwanted` once that event is set, and those of storage.
        """
        place = self._place(model)
        where = "disk"
        self._folder.mkdir(parents=True, exist_ok=True)
        while True:
            with _locked(place.lock, fcntl.LOCK_SH):
                if place.target.is_dir():
                    FOUND.labels(where).inc()
                    self.touch(model)
                    yield place.target
                    return
            if self._fetch(model.artifact, place, unwanted):
                where = "storage"

    def touch(self, model: CustomModel) -> None:
        """It is used now; one that is not there is no error."""
        with suppress(FileNotFoundError):
            os.utime(self._place(model).lock)

    def models(self) -> set[str]:
        """The ids of the custom models of which anything is kept."""
        return {place.model_id for place in self._places()}

    def remove(self, model_id: str) -> None:
        """Forget a custom model; what is in use stays, to be removed another time."""
        for place in self._places():
            if place.model_id == model_id:
                place.clear()

    def keep_to_cap(self, room: int = 0) -> None:
        """Remove what was used longest ago until `room` bytes more fit, and what the dead left."""
        held, kept = 0, []
        for place in self._places():
            if place.target.is_dir() or not place.clear():
                size = place.size()
                held += size
                kept.append((place.last_use(), size, place))
        for _, size, place in sorted(kept, key=lambda each: each[0]):
            if held + room <= self._cap_bytes:
                return
            if place.clear():
                held -= size

    def size(self) -> int:
        """Bytes of all artifacts together."""
        return sum(place.size() for place in self._places())

    def _place(self, model: CustomModel) -> "_Place":
        return _Place(self._folder, model.name)

    def _places(self) -> Iterator["_Place"]:
        for lock in list(self._folder.glob("*.lock")):
            yield _Place(self._folder, lock.stem)

    def _fetch(self, artifact: StoredFile, place: "_Place", unwanted: threading.Event) -> bool:
        """Whether it had to be fetched: another process may have been quicker."""
        with _locked(place.lock, fcntl.LOCK_EX):
            if place.target.is_dir():
                return False
            self.keep_to_cap(room=artifact.size)
            try:
                self._unpack(artifact, place.draft, unwanted)
                (place.draft / "model").rename(place.target)
            finally:
                shutil.rmtree(place.draft, ignore_errors=True)
            self.keep_to_cap()
            return True

    def _unpack(self, artifact: StoredFile, draft: Path, unwanted: threading.Event) -> None:
        shutil.rmtree(draft, ignore_errors=True)  # of a process that died
        draft.mkdir()
        archive = draft / "model.tar.gz"
        try:
            stored = self._storage.get_file(artifact.storage_key, archive, unwanted)
        except ObjectMissing as error:
            raise ArtifactInvalid("the artifact is gone from storage") from error
        if stored.sha256 != artifact.sha256:
            raise ArtifactInvalid("the artifact has another digest")
        unpack(archive, draft / "model")


@dataclass(frozen=True)
class _Place:
    """Where one artifact is, with its draft and its lock file; `name` has model and digest."""

    folder: Path
    name: str

    @property
    def target(self) -> Path:
        return self.folder / self.name

    @property
    def draft(self) -> Path:
        return self.folder / f"{self.name}.draft"

    @property
    def lock(self) -> Path:
        return self.folder / f"{self.name}.lock"

    @property
    def model_id(self) -> str:
        return CustomModel.id_in(self.name)

    def last_use(self) -> float:
        try:
            return self.lock.stat().st_mtime
        except FileNotFoundError:
            return 0.0

    def size(self) -> int:
        try:
            return sum(
                each.stat().st_size
                for folder in (self.target, self.draft)
                for each in folder.rglob("*")
                if each.is_file()
            )
        except OSError:  # it goes at this moment
            return 0

    def clear(self) -> bool:
        """Remove all of it; False where a process uses it. One that is cut off leaves no half."""
        try:
            with _locked(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(self.draft, ignore_errors=True)
                with suppress(FileNotFoundError):
                    self.target.rename(self.draft)
                shutil.rmtree(self.draft, ignore_errors=True)
                self.lock.unlink()
        except BlockingIOError:
            return False
        return True


@contextmanager
def _locked(path: Path, mode: int) -> Iterator[None]:
    """Hold the lock file, which is made where it is missing; who clears a place removes it."""
    while True:
        with path.open("a+") as file:  # network file systems lock only what can be written
            fcntl.flock(file, mode)
            if _is_at(file, path):
                yield
                return


def _is_at(file: IO[str], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
