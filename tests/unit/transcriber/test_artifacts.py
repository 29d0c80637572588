"""Custom models on disk: fetched once, kept within the cap, and never taken from one who loads."""

import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from services.transcriber.adapters.archives import ArtifactInvalid
from services.transcriber.adapters.artifacts import Artifacts, CustomModel
from shared.runtime.unwanted import Unwanted

from .stored_models import FakeStorage

SIZE = 1000
WANTED = threading.Event()
SECONDS = itertools.count(1_000_000_000)


@pytest.fixture
def storage() -> FakeStorage:
    return FakeStorage()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def load(kept: Artifacts, *models: CustomModel) -> None:
    """One after the other; each a second after the one before, in another year than now."""
    for model in models:
        with kept.using(model, WANTED) as directory:
            assert (directory / "config.json").read_text() == model.model_id
        time = next(SECONDS)
        os.utime(directory.with_name(f"{directory.name}.lock"), (time, time))


@contextmanager
def another_process(folder: Path, model: CustomModel) -> Iterator["subprocess.Popen[str]"]:
    """One that loads the model, which is there, and does not end."""
    code = f"""
import threading
from pathlib import Path
from services.transcriber.adapters.artifacts import Artifacts, CustomModel
from shared.events.data import StoredFile
model = CustomModel({model.model_id!r}, StoredFile(**{model.artifact.model_dump()!r}))
with Artifacts(Path({str(folder)!r}), None, 1).using(model, threading.Event()):
    print("loads", flush=True)
    input()
"""
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "loads\n"
        yield process
        process.kill()


def test_fetched_once_and_forgotten(folder: Path, storage: FakeStorage) -> None:
    model = storage.add("a")
    kept = Artifacts(folder, storage, SIZE)
    load(kept, model, model)
    load(Artifacts(folder, storage, SIZE), model)
    assert storage.fetched == ["a"]
    assert (kept.models(), kept.size()) == ({"a"}, SIZE)
    kept.remove("a")
    kept.remove("a")
    assert list(folder.iterdir()) == []
    load(kept, model)
    assert storage.fetched == ["a", "a"]


def test_where_they_were_is_counted(folder: Path, storage: FakeStorage) -> None:
    def counts() -> list[float]:
        labels = ({"where": where} for where in ("storage", "disk"))
        found = [REGISTRY.get_sample_value("argot_models_found_total", each) for each in labels]
        return [each or 0 for each in found]

    model, before = storage.add("a"), counts()
    kept = Artifacts(folder, storage, SIZE)
    load(kept, model, model, model)
    assert [after - then for after, then in zip(counts(), before, strict=True)] == [1, 2]


def test_many_at_once_fetch_once(folder: Path, storage: FakeStorage) -> None:
    model = storage.add("a")
    together = threading.Barrier(8)

    def work(_: int) -> None:
        together.wait()
        with Artifacts(folder, storage, SIZE).using(model, WANTED) as directory:
            assert (directory / "model.bin").is_file()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert storage.fetched == ["a"]


def test_what_was_used_longest_ago_leaves_first(folder: Path, storage: FakeStorage) -> None:
    a, b, c, d = (storage.add(name) for name in "abcd")
    kept = Artifacts(folder, storage, 3 * SIZE)
    load(kept, a, b, c, a, d)
    assert kept.models() == {"a", "c", "d"}
    assert kept.size() == 3 * SIZE
    kept.touch(c)
    load(kept, b)
    assert kept.models() == {"b", "c", "d"}
    assert storage.fetched == ["a", "b", "c", "d", "b"]


def test_room_is_made_before_an_archive_comes(folder: Path, storage: FakeStorage) -> None:
    a, b = storage.add("a"), storage.add("b")
    kept = Artifacts(folder, storage, SIZE)
    load(kept, a)
    storage.on_fetch = lambda: seen.append(kept.models())
    seen: list[set[str]] = []
    load(kept, b)
    assert seen == [{"b"}]


def test_one_that_is_larger_than_the_cap_is_there_alone(folder: Path, storage: FakeStorage) -> None:
    small, large = storage.add("small"), storage.add("large", 9 * SIZE)
    kept = Artifacts(folder, storage, SIZE)
    load(kept, small, large)
    assert kept.models() == {"large"}
    load(kept, large, small)
    assert kept.models() == {"small"}
    assert storage.fetched == ["small", "large", "small"]


def test_a_lower_cap_counts_at_the_next_sweep(folder: Path, storage: FakeStorage) -> None:
    load(Artifacts(folder, storage, 3 * SIZE), *(storage.add(name) for name in "abc"))
    kept = Artifacts(folder, storage, 2 * SIZE)
    kept.keep_to_cap()
    assert kept.models() == {"b", "c"}


def test_what_is_being_loaded_stays(folder: Path, storage: FakeStorage) -> None:
    a, b = storage.add("a"), storage.add("b")
    kept = Artifacts(folder, storage, SIZE)
    with kept.using(a, WANTED) as directory:
        kept.remove("a")
        load(kept, b)
        assert (directory / "model.bin").is_file()
        assert kept.models() == {"a", "b"}
    kept.keep_to_cap()
    assert len(kept.models()) == 1


def test_another_process_keeps_what_it_loads_until_it_dies(
    folder: Path, storage: FakeStorage
) -> None:
    model = storage.add("a")
    kept = Artifacts(folder, storage, 1)
    load(kept, model)
    with another_process(folder, model) as process:
        kept.keep_to_cap()
        kept.remove("a")
        assert kept.models() == {"a"}
        load(kept, model)
        process.kill()
        process.wait()
        kept.keep_to_cap()
        assert kept.models() == set()
    assert storage.fetched == ["a"]


def test_what_the_dead_left_goes(folder: Path, storage: FakeStorage) -> None:
    a, b = storage.add("a"), storage.add("b")
    kept = Artifacts(folder, storage, SIZE)
    for left in (a, b):
        draft = folder / f"{left.model_id}.{left.artifact.sha256}.draft/model"
        draft.mkdir(parents=True)
        (draft / "model.bin").write_bytes(b"half")
        draft.parent.with_suffix(".lock").touch()
    load(kept, a)
    assert not list(folder.glob("*.draft"))
    assert kept.models() == {"a"}


def test_another_digest_or_no_object_leaves_nothing(folder: Path, storage: FakeStorage) -> None:
    forged, missing = storage.add("forged"), storage.add("missing")
    storage.objects["forged"] += b"x"
    del storage.objects["missing"]
    kept = Artifacts(folder, storage, SIZE)
    for model, reason in ((forged, "digest"), (missing, "gone")):
        with pytest.raises(ArtifactInvalid, match=reason), kept.using(model, WANTED):
            pass
    assert not [path for path in folder.iterdir() if path.is_dir()]
    kept.keep_to_cap()
    assert list(folder.iterdir()) == []


def test_a_fetch_that_nobody_wants_ends(folder: Path, storage: FakeStorage) -> None:
    model, unwanted = storage.add("a"), threading.Event()
    storage.on_fetch = unwanted.set
    kept = Artifacts(folder, storage, SIZE)
    with pytest.raises(Unwanted), kept.using(model, unwanted):
        pass
    assert not [path for path in folder.iterdir() if path.is_dir()]


FULL_DISK = """
import subprocess, sys
from pathlib import Path
import pytest
from services.transcriber.adapters.artifacts import Artifacts
from services.transcriber.adapters.faults import known_faults
from services.transcriber.domain.transcripts import TranscriptionFault
from tests.unit.transcriber.stored_models import FakeStorage
import threading

folder, kibibytes = Path(sys.argv[1]), sys.argv[2]
subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kibibytes}k", "argot", folder], check=True)
storage = FakeStorage()
small, model = storage.add("small", 2000), storage.add("a", 1_000_000)
kept = Artifacts(folder, storage, 10_000_000)
with kept.using(small, threading.Event()):
    pass
try:
    with known_faults(), kept.using(model, threading.Event()):
        pass
except TranscriptionFault as fault:
    print(fault.code, fault.final, *(each.name[:5] for each in folder.iterdir() if each.is_dir()))
"""


@pytest.mark.parametrize("kibibytes", [16, 500], ids=["of the archive", "of the model"])
def test_a_full_disk_is_told_and_leaves_no_draft(tmp_path: Path, kibibytes: int) -> None:
    alone = ["unshare", "--map-root-user", "--mount"]
    if subprocess.run([*alone, "true"], check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    code = [sys.executable, "-c", FULL_DISK, str(tmp_path), str(kibibytes)]
    done = subprocess.run([*alone, *code], check=True, capture_output=True, text=True)
    assert done.stdout == "no-space False small\n"
