"""Object storage over S3: files, uploads in parts, and URLs that are signed for clients."""

from shared.runtime.storage.client import Storage, StoredObject
from shared.runtime.storage.errors import (
    NoSpace,
    ObjectMissing,
    PartRefused,
    StorageUnavailable,
    UploadMissing,
)
from shared.runtime.storage.keys import new_key

__all__ = [
    "NoSpace",
    "ObjectMissing",
    "PartRefused",
    "Storage",
    "StorageUnavailable",
    "StoredObject",
    "UploadMissing",
    "new_key",
]
