"""A private PostgreSQL from Debian's package."""

import os
import pwd
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT
from typing import Self

import psycopg
from psycopg import sql

from shared.runtime.local.credentials import kept_secret
from shared.runtime.local.ports import Ports
from shared.runtime.local.processes import Process, find_program

REMEDY = "apt-get install postgresql"
START_TIMEOUT_S = 30.0
STOP_GRACE_S = 15.0


class UnreachableFolder(RuntimeError):
    """The user that PostgreSQL runs as may not enter the data folder."""


@dataclass(frozen=True)
class PostgresAddress:
    """Where a running server is, enough to use it from another process."""

    port: int
    password: str

    def url(self, database: str) -> str:
        """For SQLAlchemy."""
        return f"postgresql+psycopg://argot:{self.password}@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str) -> str:
        """The URL of the database of this name, made if it is not there; in about 0.1 s."""
        with psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="argot",
            password=self.password,
            dbname="postgres",
            autocommit=True,
        ) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if known.fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)


class Postgres:
    """PostgreSQL on 127.0.0.1 with its data in `folder`, which outlives it.

    It refuses to run as root: root runs it as the user `postgres`, who gets the folder's `data`.
    `stop` and `kill` keep the port; `close` gives it back. With `durable=False` a power cut may
    lose data, a killed server does not.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._folder = folder.resolve()
        self._data = self._folder / "data"
        self._ports = Ports()
        self._port = self._ports.take()
        self._password = kept_secret(self._folder / "password")
        self._user = "postgres" if os.geteuid() == 0 else ""
        versions = Path("/usr/lib/postgresql").glob("*/bin")
        newest_first = sorted(versions, key=lambda path: float(path.parent.name), reverse=True)
        self._initdb = find_program("initdb", REMEDY, newest_first)
        fsync = "on" if durable else "off"
        self._server = Process(
            "postgresql",
            [
                self._initdb.with_name("postgres"),
                f"-D{self._data}",
                f"-cport={self._port}",
                "-clisten_addresses=127.0.0.1",
                "-cunix_socket_directories=",
                "-cmax_connections=300",
                f"-cfsync={fsync}",
                f"-cfull_page_writes={fsync}",
            ],
            log=self._folder / "server.log",
            cwd=self._folder,
            user=self._user,
            stop_signal=SIGINT,  # ends sessions instead of waiting for them
        )

    @property
    def address(self) -> PostgresAddress:
        """Valid from the construction to `close`."""
        return PostgresAddress(self._port, self._password)

    @property
    def pid(self) -> int | None:
        """Of the postmaster."""
        return self._server.pid

    @property
    def running(self) -> bool:
        """Whether the server's process is there."""
        return self._server.running

    def start(self) -> None:
        """Return when clients can connect: in 2 s the first time, in 0.5 s later."""
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        self._server.start()
        self._server.wait_until(self._accepts_sessions, START_TIMEOUT_S)

    def stop(self) -> None:
        """End it in order, with the sessions on it."""
        self._server.stop(STOP_GRACE_S)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._server.kill()

    def close(self) -> None:
        """Stop, and give the port back."""
        self.stop()
        self._ports.close()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _initialise(self) -> None:
        shutil.rmtree(self._data, ignore_errors=True)  # what an interrupted start left
        self._data.mkdir(mode=0o700)
        password = self._data.with_name("initial-password")
        password.write_text(self._password)
        if self._user:
            owner = pwd.getpwnam(self._user)
            for path in (self._data, password):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        initdb = Process(
            "initdb",
            [
                self._initdb,
                f"-D{self._data}",
                "--username=argot",
                f"--pwfile={password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ],
            log=self._folder / "initdb.log",
            cwd=self._folder,
            user=self._user,
        )
        self._refuse_unreachable()
        initdb.start()
        initdb.wait(START_TIMEOUT_S)
        initdb.kill()
        password.unlink()
        if initdb.returncode != 0:
            raise RuntimeError(f"initdb failed:\n{initdb.log_tail()}")

    def _refuse_unreachable(self) -> None:
        if not self._user:
            return
        probe = subprocess.run(
            ["test", "-x", self._data], user=self._user, extra_groups=[], check=False, cwd="/"
        )
        if probe.returncode != 0:
            raise UnreachableFolder(
                f"PostgreSQL does not run as root, and the user {self._user} may not enter "
                f"{self._folder}: choose a data folder that it may enter"
            )

    def _accepts_sessions(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
            psycopg.connect(f"{self.address.url('postgres').replace('+psycopg', '')}").close()
        except (OSError, psycopg.OperationalError):
            return False
        return True
