"""Work that waits for storage."""

from collections.abc import Callable
from contextlib import suppress

from shared.runtime.storage import Storage, StorageUnavailable
from shared.runtime.worker.jobs import JobT, Lease

POLL_SECONDS = 1.0


def patient(work: Callable[[JobT, Lease], None], storage: Storage) -> Callable[[JobT, Lease], None]:
    """The same work; an outage of storage is one attempt, however long it takes."""

    def wait_and_raise(job: JobT, lease: Lease) -> None:
        try:
            work(job, lease)
        except StorageUnavailable:
            while not lease.lost.wait(POLL_SECONDS):
                with suppress(StorageUnavailable):
                    storage.ping()
                    break
            raise

    return wait_and_raise
