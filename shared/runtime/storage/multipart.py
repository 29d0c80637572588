"""Uploads in parts, which minio offers under names with an underscore only."""

# ruff: noqa: SLF001 (minio has no public names for these)

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from minio import Minio
from minio.datatypes import Part

from shared.runtime.storage.errors import typed_errors

PAGE = 1000


class PendingUpload(NamedTuple):
    """An upload in parts that was neither completed nor aborted."""

    key: str
    upload_id: str
    begun_at: datetime


class Multipart:
    """Uploads in parts into one bucket."""

    def __init__(self, client: Minio, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def create(self, key: str) -> str:
        """Begin an upload; returns its id in storage."""
        with typed_errors():
            return self._client._create_multipart_upload(self._bucket, key, {})

    def parts(self, key: str, upload_id: str) -> list[Part]:
        """The parts that storage has, by number, each once. Errors: `UploadMissing`."""
        with typed_errors():
            # A part that was sent twice is listed twice.
            newest: dict[int, Part] = {}
            for part in self._listed(key, upload_id):
                known = newest.get(part.part_number)
                if known is None or _age(part) > _age(known):
                    newest[part.part_number] = part
            return [newest[number] for number in sorted(newest)]

    def complete(self, key: str, upload_id: str, parts: Sequence[Part]) -> None:
        """Make one object of the parts. Errors: `UploadMissing`, `PartRefused`.

        Storage takes any subset of the parts: check them first, and the object after.
        """
        with typed_errors():
            self._client._complete_multipart_upload(self._bucket, key, upload_id, list(parts))

    def abort(self, key: str, upload_id: str) -> None:
        """Drop the parts. Errors: `UploadMissing`."""
        with typed_errors():
            self._client._abort_multipart_upload(self._bucket, key, upload_id)

    def pending(self, prefix: str) -> Iterator[PendingUpload]:
        """The uploads under keys that begin with `prefix`, in no order."""
        key, last = None, None
        while True:
            with typed_errors():
                page = self._client._list_multipart_uploads(
                    self._bucket,
                    prefix=prefix,
                    key_marker=key,
                    upload_id_marker=last,
                    max_uploads=PAGE,
                )
            for each in page.uploads:
                if each.upload_id and each.initiated_time:
                    yield PendingUpload(each.object_name, each.upload_id, each.initiated_time)
            # minio files the second marker under a name that no attribute has.
            key = page.next_key_marker
            last = vars(page).get("self._next_upload_id_marker") or page.next_upload_id_marker
            if not page.is_truncated or not page.uploads or not (key or last):
                return

    def _listed(self, key: str, upload_id: str) -> Iterator[Part]:
        marker = None
        while True:
            page = self._client._list_parts(self._bucket, key, upload_id, part_number_marker=marker)
            yield from page.parts
            marker = page.next_part_number_marker
            if not page.is_truncated or not marker:
                return


def _age(part: Part) -> float:
    return part.last_modified.timestamp() if part.last_modified else 0.0
