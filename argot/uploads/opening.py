"""Opens uploads of a model's files, or finds those again that an earlier run opened."""

from collections.abc import Sequence
from pathlib import Path

from argot.client import Client
from argot.connection import ProblemError
from argot.uploads.memory import Memory
from argot.uploads.outcomes import Outcome, name_of
from argot.uploads.parts import Upload
from shared.rpc.ingest import NamedFile, OpenedUpload


def open_batch(
    client: Client, model_id: str, paths: Sequence[Path], memory: Memory
) -> list[Upload | Outcome]:
    """For each of at most 100 files its upload, or its end where there is nothing to send."""
    found = {path: _resume(client, path, memory) for path in paths}
    new = [path for path, upload in found.items() if upload is None]
    opened: dict[Path, Upload | Outcome] = {}
    if new:
        files = [NamedFile(name=name_of(path), size=path.stat().st_size) for path in new]
        items = client.open_uploads(model_id, files)
        for path, file, item in zip(new, files, items, strict=True):
            opened[path] = _opened(path, file.size, item)
            if item.upload_id is not None:
                memory.remember(path, item.upload_id)
    return [found[path] or opened[path] for path in paths]


def unsent(path: Path, upload_id: str, size: int, part_size: int) -> Upload:
    """An upload of which storage has nothing yet."""
    count = -(-size // part_size)
    return Upload(path, upload_id, size, part_size, tuple(range(1, count + 1)))


def _opened(path: Path, size: int, item: OpenedUpload) -> Upload | Outcome:
    if item.status == "skipped":
        return Outcome(path, "skipped", "a file of this name is there already")
    if item.upload_id is None or item.part_size is None:
        return Outcome(path, "rejected", item.detail or item.code or "refused")
    return unsent(path, item.upload_id, size, item.part_size)


def _resume(client: Client, path: Path, memory: Memory) -> Upload | Outcome | None:
    """What is left of a remembered upload; None where there is none to go on with."""
    upload_id = memory.recall(path)
    if upload_id is None:
        return None
    try:
        state = client.upload(upload_id)
    except ProblemError as error:
        if error.code != "upload-not-found":
            raise
        state = None
    if state is None or state.status == "aborted":
        memory.forget(path)
        return None
    if state.status == "completed":
        return Outcome(path, "uploaded", id=state.dataset_id)
    whole = unsent(path, upload_id, state.size, state.part_size)
    received = {part.part_number: part.size for part in state.received}
    missing = [n for n in whole.missing if received.get(n) != whole.length(n)]
    return Upload(path, upload_id, state.size, state.part_size, tuple(missing))
