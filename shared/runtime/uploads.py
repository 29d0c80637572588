"""Uploads in signed parts, for every service that takes files: bytes go straight into storage.

A service keeps its own table of `UploadColumns`. The functions here talk to storage and never
to the database: call them outside a transaction, then record what they did.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from minio.datatypes import Part
from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column
from uuid6 import uuid7

from shared.errors import ArgotError
from shared.rpc.uploads import PART_SIZE, ReceivedPart, SignedPart, SignedParts, UploadState
from shared.runtime.database import UtcDateTime, now
from shared.runtime.storage import (
    ObjectMissing,
    PartRefused,
    Storage,
    StorageUnavailable,
    UploadMissing,
    new_key,
)

SIGNED_SECONDS = 1800
"""How long a part's URL may wait for its use; sending may take longer."""

_NAMED_PARTS = 20


class UploadColumns:
    """The columns of an upload; `name` is the user's, `size` in bytes.

    `unwanted_at` is set, in the commit that decides it, where what was sent is to go from storage;
    a sweep (`sweeping.py`) sees to it, whatever became of the process.
    """

    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: str(uuid7()))
    organisation_id: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    storage_key: Mapped[str]
    storage_upload_id: Mapped[str]
    status: Mapped[Literal["open", "completed", "aborted"]] = mapped_column(
        String(10), default="open"
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    unwanted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)

    def abort(self) -> None:
        """No part of it is taken any more, and what was is not kept."""
        self.status, self.unwanted_at = "aborted", now()


class Begun(NamedTuple):
    """Where storage waits for the parts."""

    storage_key: str
    storage_upload_id: str


def begin(storage: Storage, *folders: str) -> Begun:
    """Make room for an upload under a random key in `folders`."""
    key = new_key(*folders)
    with _answering():
        return Begun(key, storage.multipart.create(key))


def part_count(size: int) -> int:
    """The number of parts of a file of `size` bytes."""
    return -(-size // PART_SIZE)


def part_size_of(size: int, part_number: int) -> int:
    """The bytes of one part, counted from 1: the last one has the rest."""
    return min(PART_SIZE, size - (part_number - 1) * PART_SIZE)


def sign(storage: Storage, upload: UploadColumns, part_numbers: Sequence[int]) -> SignedParts:
    """URLs to PUT these parts to. Errors: `upload-not-found`, `invalid-request`."""
    require_open(upload)
    count = part_count(upload.size)
    once = len(set(part_numbers)) == len(part_numbers)
    if not once or not all(1 <= number <= count for number in part_numbers):
        message = f"Part numbers are 1 to {count}, each once"
        fault = {"code": "invalid-request", "message": message, "field": "part_numbers"}
        raise ArgotError("invalid-request", message, errors=[fault])
    expires_at = now() + timedelta(seconds=SIGNED_SECONDS)
    return SignedParts(
        items=[
            SignedPart(
                part_number=number,
                url=storage.sign_part(
                    upload.storage_key,
                    upload.storage_upload_id,
                    number,
                    part_size_of(upload.size, number),
                    SIGNED_SECONDS,
                ),
                headers={},
                size=part_size_of(upload.size, number),
                expires_at=expires_at,
            )
            for number in part_numbers
        ]
    )


def state(storage: Storage, upload: UploadColumns, dataset_id: str | None = None) -> UploadState:
    """What a client needs to resume."""
    return UploadState(
        status=upload.status,
        size=upload.size,
        part_size=PART_SIZE,
        received=received(storage, upload),
        dataset_id=dataset_id,
    )


def received(storage: Storage, upload: UploadColumns) -> list[ReceivedPart]:
    """The parts that need not be sent again: all of a completed upload, none of an aborted one."""
    if upload.status == "aborted":
        return []
    if upload.status == "open":
        with _answering():
            try:
                parts = storage.multipart.parts(upload.storage_key, upload.storage_upload_id)
            except UploadMissing:
                if not _is_stored(storage, upload):
                    return []
            else:
                return [
                    ReceivedPart(part_number=part.part_number, size=part.size or 0)
                    for part in parts
                ]
    numbers = range(1, part_count(upload.size) + 1)
    return [ReceivedPart(part_number=n, size=part_size_of(upload.size, n)) for n in numbers]


def complete(storage: Storage, upload: UploadColumns) -> None:
    """Make the object `upload.storage_key` of the parts; repeating it changes nothing.

    Errors: `upload-not-found` where it was aborted, `upload-incomplete` with what is missing.
    """
    if upload.status == "completed":
        return
    require_open(upload)
    incomplete: ArgotError | None = None
    with _answering():
        try:
            _assemble(storage, upload)
        except UploadMissing:
            pass  # completed before, by a process that died or is at it now
        except ArgotError as error:
            incomplete = error  # or its parts go, one by one, as another process completes it
        if not _is_stored(storage, upload):
            raise incomplete or ArgotError("upload-not-found")


def _assemble(storage: Storage, upload: UploadColumns) -> None:
    parts = storage.multipart.parts(upload.storage_key, upload.storage_upload_id)
    _check(upload, {part.part_number: part for part in parts})
    try:
        storage.multipart.complete(upload.storage_key, upload.storage_upload_id, parts)
    except PartRefused as error:
        raise ArgotError("upload-incomplete", "A part changed meanwhile") from error


def abort(storage: Storage, upload: UploadColumns) -> None:
    """Drop the parts, and the object where they were completed to one."""
    with _answering():
        with suppress(UploadMissing):
            storage.multipart.abort(upload.storage_key, upload.storage_upload_id)
        storage.remove(upload.storage_key)


def require_open(upload: UploadColumns) -> None:
    """Errors: `upload-not-found`."""
    if upload.status != "open":
        raise ArgotError("upload-not-found", f"The upload is {upload.status}")


def _check(upload: UploadColumns, parts: Mapping[int, Part]) -> None:
    count = part_count(upload.size)
    missing = [number for number in range(1, count + 1) if number not in parts]
    if missing:
        named = ", ".join(map(str, missing[:_NAMED_PARTS]))
        more = ", …" if len(missing) > _NAMED_PARTS else ""
        raise ArgotError("upload-incomplete", f"Parts missing of {count}: {named}{more}")
    for number, part in parts.items():
        if number > count or part.size != part_size_of(upload.size, number):
            raise ArgotError("upload-incomplete", f"Part {number} has the wrong size")


def _is_stored(storage: Storage, upload: UploadColumns) -> bool:
    try:
        return storage.stat(upload.storage_key).size == upload.size
    except ObjectMissing:
        return False


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except StorageUnavailable as error:
        raise ArgotError("service-unavailable", "Storage did not answer in time") from error
