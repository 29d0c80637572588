"""The stack itself: servers, the environment of every process, and a supervisor."""

import os
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Self

from argot.stack.organisation import DEMO
from argot.stack.processes import ARGOT, ProcessSpec
from argot.stack.settings import StackSettings
from argot.stack.supervisor import Supervised, Supervisor
from shared.runtime.local.broker import Broker
from shared.runtime.local.credentials import kept_secret
from shared.runtime.local.ports import Ports
from shared.runtime.local.postgres import Postgres
from shared.runtime.local.processes import Process
from shared.runtime.local.storage import Storage
from shared.runtime.tokens import mint

BUCKET = "argot"
PANEL = Path(__file__).parents[2] / "panel/dist"
"""Where the source is there, and the panel is built."""
READY_TIMEOUT_S = 120.0
STOP_GRACE_S = 25.0  # a trainer stores its checkpoint in less


class Stack:
    """Argot with its data in `folder`, which outlives it; a context manager.

    Entering returns once every process is ready; leaving ends them all. If this process ends
    without leaving, even by SIGKILL, the kernel ends them.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        specs: Sequence[ProcessSpec] = ARGOT,
        settings: StackSettings | None = None,
    ) -> None:
        self._folder = folder.resolve()
        self._settings = settings or StackSettings()
        self._ports = Ports()
        self.port = port or self._settings.port or self._ports.take()
        self._specs = specs
        self.broker = Broker(self._folder / "broker")
        self.storage = Storage(self._folder / "storage")
        self.postgres: Postgres | None = None
        if self._settings.local_database == "postgresql":
            self.postgres = Postgres(self._folder / "postgres")
        self._supervisor = Supervisor([])

    @property
    def address(self) -> str:
        """Of the gateway."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def amqp_url(self) -> str:
        """Of the broker, with its password."""
        return self.broker.amqp_url

    @property
    def jwt_secret(self) -> str:
        """The one of the environment, or else the one that the data folder keeps."""
        if self._settings.jwt_secret is not None:
            return self._settings.jwt_secret.get_secret_value()
        return kept_secret(self._folder / "jwt-secret", 32)

    def database_url(self, service: str) -> str:
        """Of the service's tables, made where they are missing."""
        if self.postgres is not None:
            return self.postgres.address.create_database(service)
        return f"sqlite:///{self._folder / service}.db"

    def token(self, *, org: str, user: str, roles: Sequence[str]) -> str:
        """A token for this stack's gateway, good for 30 days."""
        return mint(self.jwt_secret, org=org, user=user, roles=roles, lifetime=timedelta(days=30))

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def revive_servers(self) -> None:
        """Start servers again that ended; Argot's own processes outlast their absence."""
        for server in self._servers:
            if not server.running:
                server.kill()  # what is left of its group
                server.start()

    @property
    def _servers(self) -> list[Broker | Storage | Postgres]:
        return [server for server in (self.broker, self.storage, self.postgres) if server]

    def _start(self) -> None:
        servers = self._servers
        with ThreadPoolExecutor(len(servers)) as pool:
            for started in [pool.submit(server.start) for server in servers]:
                started.result()
        client = self.storage.address.client()
        if not client.bucket_exists(BUCKET):
            client.make_bucket(BUCKET)
        shutil.rmtree(self._folder / "work", ignore_errors=True)
        self._supervisor = Supervisor([self._supervised(spec) for spec in self._specs])
        self._supervisor.open()
        self.wait_ready()

    def close(self) -> None:
        """End every process of every group, then the servers; data stays."""
        self._supervisor.close(STOP_GRACE_S)
        servers = self._servers
        with ThreadPoolExecutor(len(servers)) as pool:
            for closed in [pool.submit(server.close) for server in servers]:
                closed.result()
        self._ports.close()

    @property
    def names(self) -> list[str]:
        """Of its processes, such as `catalog` and `ingest-worker`."""
        return self._supervisor.names

    def pid(self, name: str) -> int | None:
        """None before the first start."""
        return self._supervisor.process(name).pid

    def ready(self, name: str) -> bool:
        """Whether it says so now."""
        return self._supervisor.ready(name)

    def logs(self, name: str) -> str:
        """All that the process and its predecessors wrote."""
        return self._supervisor.process(name).log.read_text(errors="replace")

    def kill(self, name: str) -> None:
        """SIGKILL one process; it is started again after 0.2 s, later 5 s."""
        self._supervisor.kill(name)

    def stop(self, name: str) -> None:
        """End one process in order and leave it so."""
        self._supervisor.stop(name, STOP_GRACE_S)

    def start(self, name: str) -> None:
        """Run a stopped process again; `wait_ready` waits for it."""
        self._supervisor.start(name)

    def wait_ready(self, *names: str, timeout_s: float = READY_TIMEOUT_S) -> None:
        """Return once these processes, or all, are ready; else `NotReady`."""
        self._supervisor.wait_ready(names or self.names, timeout_s)

    def _supervised(self, spec: ProcessSpec) -> Supervised:
        work = self._folder / "work" / spec.name
        work.mkdir(parents=True)
        health_port = self._ports.take()
        process = Process(
            spec.name,
            spec.argv,
            log=self._folder / "logs" / f"{spec.name}.log",
            env=os.environ | self._environment(spec, work, health_port),
            cwd=work,
        )
        return Supervised(process, health_port)

    def _environment(self, spec: ProcessSpec, work: Path, health_port: int) -> dict[str, str]:
        storage = self.storage.address
        environment = {
            "ARGOT_AMQP_URL": self.amqp_url,
            "ARGOT_STORAGE_ENDPOINT": storage.endpoint,
            "ARGOT_STORAGE_PUBLIC_ENDPOINT": storage.endpoint,
            "ARGOT_STORAGE_ACCESS_KEY": storage.access_key,
            "ARGOT_STORAGE_SECRET_KEY": storage.secret_key,
            "ARGOT_STORAGE_BUCKET": BUCKET,
            "ARGOT_HEALTH_HOST": "127.0.0.1",
            "ARGOT_HEALTH_PORT": str(health_port),
            "ARGOT_HOST": "127.0.0.1",
            "ARGOT_PORT": str(self.port),
            "ARGOT_JWT_SECRET": self.jwt_secret,
            "ARGOT_LOCAL_ORGANISATION": DEMO,
            "ARGOT_WORK_DIR": str(work),
            "ARGOT_LOG_FORMAT": self._settings.log_format,
        }
        if (PANEL / "index.html").exists():
            environment["ARGOT_PANEL_DIR"] = str(PANEL)
        if spec.has_database:
            environment["ARGOT_DATABASE_URL"] = self.database_url(spec.service)
        return environment
