"""What a nameko service's methods get: its database with the relay, settings, the request."""

from typing import Any

from nameko.extensions import DependencyProvider

from shared.runtime import context, migrations
from shared.runtime.database import Database
from shared.runtime.relay import Relay


class RequestContext(DependencyProvider):  # type: ignore[misc]
    """Binds each worker to the request that its message or HTTP header names."""

    def worker_setup(self, worker_ctx: Any) -> None:
        """Before the method runs; what is made here travels on in calls."""
        context.bind(worker_ctx.data)
        worker_ctx.data.update(context.current())


class Settings(DependencyProvider):  # type: ignore[misc]
    """Injects the settings that the launcher read."""

    def get_dependency(self, _worker_ctx: Any) -> Any:
        """The service's settings object."""
        return self.container.config["settings"]


class ServiceDatabase(DependencyProvider):  # type: ignore[misc]
    """Injects the `Database`, migrated, whose events a relay publishes while the service runs."""

    database: Database
    relay: Relay

    def setup(self) -> None:
        """Open and migrate."""
        settings = self.container.config["settings"]
        self.database = Database(settings.database_url.get_secret_value())
        migrations.upgrade(self.container.service_name, self.database.engine)
        self.relay = Relay(
            self.database, settings.amqp_url.get_secret_value(), self.container.service_name
        )
        self.container.config["health"].add("database", self.database.ping)

    def start(self) -> None:
        """Begin to publish."""
        self.relay.start()

    def stop(self) -> None:
        """After the last worker."""
        self.relay.stop()
        self.database.close()

    def get_dependency(self, _worker_ctx: Any) -> Database:
        """The one database of this process."""
        return self.database
