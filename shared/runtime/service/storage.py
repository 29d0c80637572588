"""What gives a nameko service's methods the object storage."""

from typing import Any

from nameko.extensions import DependencyProvider

from shared.runtime.storage import Storage


class ObjectStorage(DependencyProvider):  # type: ignore[misc]
    """Injects the `Storage`; the service starts once its bucket is there."""

    def setup(self) -> None:
        """Wait for storage."""
        self.storage = Storage(self.container.config["settings"])
        self.container.config["health"].add("storage", self.storage.ping)
        self.storage.ensure_bucket()

    def get_dependency(self, _worker_ctx: Any) -> Storage:
        """The one storage of this process."""
        return self.storage
