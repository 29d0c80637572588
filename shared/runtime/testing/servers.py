"""pytest plugin: RabbitMQ, SeaweedFS and PostgreSQL, each booted at most once per test run.

The process that owns the run (the xdist controller, or pytest itself) boots a server when the
first test asks for it and kills all at the end; workers ask over a socket. Each test module gets
a virtual host, a bucket and a database of its own. The kernel ends the servers when the owner
ends without a word.
"""

import os
import secrets
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any

import pytest

from shared.runtime.local.broker import Broker, BrokerAddress
from shared.runtime.local.postgres import Postgres, PostgresAddress
from shared.runtime.local.storage import Storage, StorageAddress

Address = BrokerAddress | StorageAddress | PostgresAddress


class Servers:
    """The servers of one test run, with throwaway data."""

    def __init__(self) -> None:
        _remove_folders_of_killed_runs()
        self._folder = Path(tempfile.mkdtemp(prefix="argot-test-"))
        self._folder.chmod(0o711)  # PostgreSQL may run as another user
        self._locks = {name: threading.Lock() for name in ("broker", "storage", "postgres")}
        self._running: dict[str, Broker | Storage | Postgres] = {}
        self._listener = Listener(str(self._folder / "control"), "AF_UNIX", authkey=None)
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def control(self) -> str:
        """Path of the socket where other processes ask."""
        return str(self._folder / "control")

    def address(self, name: str) -> Address:
        """Boots the server at the first call; every caller gets the same one."""
        with self._locks[name]:
            if name not in self._running:
                server = self._make(name)
                try:
                    server.start()
                except BaseException:
                    server.close()
                    raise
                self._running[name] = server
            return self._running[name].address

    def close(self) -> None:
        """End the servers and drop their data."""
        self._listener.close()
        for server in self._running.values():
            server.kill()
            server.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _make(self, name: str) -> Broker | Storage | Postgres:
        folder = self._folder / name
        if name == "broker":
            return Broker(folder)
        if name == "storage":
            return Storage(folder)
        return Postgres(folder, durable=False)

    def _listen(self) -> None:
        while True:
            try:
                connection = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=[connection], daemon=True).start()

    def _answer(self, connection: "Connection[Any, Any]") -> None:
        with connection:
            try:
                connection.send(self.address(connection.recv()))
            except EOFError:
                return  # only a look whether this run lives
            except RuntimeError as error:
                connection.send(error)


def _remove_folders_of_killed_runs() -> None:
    for control in Path(tempfile.gettempdir()).glob("argot-test-*/control"):
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(control))
            except ConnectionRefusedError:
                shutil.rmtree(control.parent, ignore_errors=True)
            except OSError:
                continue  # another user's, or one that ends right now


_servers = pytest.StashKey[Servers]()


def pytest_configure(config: pytest.Config) -> None:
    """The owner of the run opens the door; nothing boots yet."""
    if not hasattr(config, "workerinput"):
        config.stash[_servers] = Servers()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each worker of xdist where to ask."""
    node.workerinput["argot_servers"] = node.config.stash[_servers].control


def pytest_unconfigure(config: pytest.Config) -> None:
    """Also reached after Ctrl-C."""
    if _servers in config.stash:
        config.stash[_servers].close()


def _ask(config: pytest.Config, name: str) -> Any:
    if _servers in config.stash:
        return config.stash[_servers].address(name)
    with Client(config.workerinput["argot_servers"], "AF_UNIX") as connection:  # type: ignore[attr-defined]
        connection.send(name)
        answer = connection.recv()
    if isinstance(answer, Exception):
        raise answer
    return answer


@pytest.fixture(scope="session")
def broker(pytestconfig: pytest.Config) -> BrokerAddress:
    """The run's broker, shared: a test that stops a broker starts its own `Broker`."""
    address: BrokerAddress = _ask(pytestconfig, "broker")
    return address


@pytest.fixture(scope="session")
def storage(pytestconfig: pytest.Config) -> StorageAddress:
    """The run's storage, shared."""
    address: StorageAddress = _ask(pytestconfig, "storage")
    return address


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> PostgresAddress:
    """The run's PostgreSQL, shared."""
    address: PostgresAddress = _ask(pytestconfig, "postgres")
    return address


@pytest.fixture(scope="module")
def amqp_url(broker: BrokerAddress) -> str:
    """A virtual host of the test module's own."""
    return broker.create_vhost(_unique_name())


@pytest.fixture(scope="module")
def storage_bucket(storage: StorageAddress) -> str:
    """The name of a bucket of the test module's own."""
    name = _unique_name()
    storage.client().make_bucket(name)
    return name


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A database of the test module's own, empty; its tests run once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('database') / 'test.db'}"
    else:
        address: PostgresAddress = request.getfixturevalue("postgres")
        yield address.create_database(_unique_name())


ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
"""For a test of what models hear or learn, which is long and no matter of the database."""


def _unique_name() -> str:
    return f"test-{os.getpid()}-{secrets.token_hex(4)}"
