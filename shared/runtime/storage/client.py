"""The storage of one process, as the services and as browsers see it."""

import hashlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple
from urllib.parse import urlsplit

import structlog
from minio import Minio
from minio.error import S3Error
from urllib3 import PoolManager, Retry, Timeout

from shared.events.data import StoredFile
from shared.runtime.settings import StorageSettings
from shared.runtime.storage.errors import StorageUnavailable, typed_errors
from shared.runtime.storage.multipart import Multipart
from shared.runtime.storage.signing import attachment, presign
from shared.runtime.unwanted import Unwanted

CONNECT_SECONDS = 2.0
READ_SECONDS = 30.0
RETRIES = 2
WAIT_SECONDS = 1.0

_CHUNK = 1024 * 1024
_PART = 16 * 1024 * 1024  # held in memory

log = structlog.get_logger(__name__)


class StoredObject(NamedTuple):
    """What storage says of an object; `size` in bytes."""

    key: str
    size: int


class Storage:
    """One bucket; safe to share between threads and between greenlets.

    All methods but those that sign may raise `StorageUnavailable`.
    """

    def __init__(self, settings: StorageSettings) -> None:
        self._bucket = settings.storage_bucket
        self._client = _client(settings, settings.storage_endpoint)
        # Never connects: it only signs for the host that browsers see.
        self._public = _client(
            settings, settings.storage_public_endpoint or settings.storage_endpoint
        )
        self.multipart = Multipart(self._client, self._bucket)

    def ensure_bucket(self) -> None:
        """Make the bucket where it is missing, waiting until storage answers."""
        while True:
            try:
                with typed_errors():
                    if not self._client.bucket_exists(self._bucket):
                        self._make_bucket()
                return
            except StorageUnavailable as error:
                log.warning("storage_unavailable", detail=str(error))
                time.sleep(WAIT_SECONDS)

    def ping(self) -> None:
        """Raise where storage does not answer, or the bucket is missing."""
        with typed_errors():
            if not self._client.bucket_exists(self._bucket):
                raise StorageUnavailable(f"no bucket {self._bucket}")

    def put_file(self, key: str, path: Path) -> StoredFile:
        """Store the file; 16 MiB of it at a time are in memory."""
        size = path.stat().st_size
        with path.open("rb") as file, typed_errors():
            source = _Digested(file)
            self._client.put_object(
                self._bucket,
                key,
                source,  # type: ignore[arg-type]
                size,
                part_size=_PART,
                num_parallel_uploads=1,
            )
        return StoredFile(storage_key=key, size=size, sha256=source.sha256.hexdigest())

    def get_file(self, key: str, path: Path, unwanted: threading.Event | None = None) -> StoredFile:
        """Fetch the object into `path`.

        Errors: `ObjectMissing`, `NoSpace`, and `Unwanted` once that event is set.
        """
        digest, size = hashlib.sha256(), 0
        with typed_errors(), path.open("wb") as file:
            response = self._client.get_object(self._bucket, key)
            try:
                for chunk in response.stream(_CHUNK):
                    if unwanted is not None and unwanted.is_set():
                        raise Unwanted
                    file.write(chunk)
                    digest.update(chunk)
                    size += len(chunk)
            finally:
                response.close()
                response.release_conn()
        return StoredFile(storage_key=key, size=size, sha256=digest.hexdigest())

    def stat(self, key: str) -> StoredObject:
        """Errors: `ObjectMissing`."""
        with typed_errors():
            return StoredObject(key, self._client.stat_object(self._bucket, key).size or 0)

    def remove(self, key: str) -> None:
        """Remove the object; one that is not there is no error."""
        with typed_errors():
            self._client.remove_object(self._bucket, key)

    def list_prefix(self, prefix: str) -> Iterator[StoredObject]:
        """The objects whose keys begin with `prefix`, in order of key."""
        with typed_errors():
            for found in self._client.list_objects(self._bucket, prefix, recursive=True):
                yield StoredObject(str(found.object_name), found.size or 0)

    def sign_part(self, key: str, upload_id: str, part_number: int, size: int, seconds: int) -> str:
        """A URL to PUT one part to; storage refuses a body that has not exactly `size` bytes."""
        return presign(
            self._public,
            "PUT",
            self._bucket,
            key,
            query={"partNumber": str(part_number), "uploadId": upload_id},
            headers={"content-length": str(size)},
            seconds=seconds,
        )

    def sign_download(self, key: str, file_name: str, seconds: int) -> str:
        """A URL to GET the object from, which browsers save under `file_name`."""
        return presign(
            self._public,
            "GET",
            self._bucket,
            key,
            query={"response-content-disposition": attachment(file_name)},
            headers={},
            seconds=seconds,
        )

    def _make_bucket(self) -> None:
        try:
            self._client.make_bucket(self._bucket)
        except S3Error as error:
            if error.code not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
                raise  # else another process was first


class _Digested:
    """A file whose digest is that of what was read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()

    def read(self, size: int) -> bytes:
        chunk = self._file.read(size)
        self.sha256.update(chunk)
        return chunk


def _client(settings: StorageSettings, endpoint: str) -> Minio:
    url = urlsplit(endpoint)
    if url.scheme not in ("http", "https") or url.path.strip("/"):
        raise ValueError("a storage endpoint is http(s)://host:port")
    return Minio(
        url.netloc,
        access_key=settings.storage_access_key.get_secret_value(),
        secret_key=settings.storage_secret_key.get_secret_value(),
        secure=url.scheme == "https",
        region=settings.storage_region,
        http_client=PoolManager(
            maxsize=10,
            timeout=Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
            retries=Retry(total=RETRIES, backoff_factor=0.2, status_forcelist=(500, 502, 503, 504)),
        ),
    )
