"""What can go wrong with storage, in few kinds."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from minio.error import InvalidResponseError, S3Error, ServerError
from urllib3.exceptions import HTTPError


class StorageUnavailable(Exception):
    """Storage does not answer, or answers that it cannot now; worth a bounded retry."""


class ObjectMissing(Exception):
    """There is no object of this key."""


class UploadMissing(Exception):
    """There is no such upload in parts: it was completed or aborted."""


class PartRefused(Exception):
    """A part changed while the upload was completed; worth another try."""


class NoSpace(Exception):
    """The local disk is full, or storage is."""


_KINDS: dict[str, type[Exception]] = {
    "NoSuchKey": ObjectMissing,
    "NoSuchUpload": UploadMissing,
    "InvalidPart": PartRefused,
    "InternalError": StorageUnavailable,
    "NoSuchBucket": StorageUnavailable,
    "ServiceUnavailable": StorageUnavailable,
    "SlowDown": StorageUnavailable,
    "InsufficientStorage": NoSpace,
}


@contextmanager
def typed_errors() -> Iterator[None]:
    """Turn the client's errors into those of this module; what is our own fault passes."""
    try:
        yield
    except S3Error as error:
        kind = _KINDS.get(str(error.code))
        if kind is None:
            raise
        raise kind(f"{error.code}: {error.message}") from error
    except (HTTPError, InvalidResponseError, ServerError) as error:
        raise StorageUnavailable(type(error).__name__) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpace("The disk is full") from error
        raise
