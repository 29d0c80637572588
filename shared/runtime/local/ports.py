"""Loopback ports that parallel checkouts and test runs do not steal from each other."""

import random
import socket
from typing import Self

# Below the kernel's ephemeral range, so that no outgoing connection sits on a port in use here.
FIRST, LAST = 20_000, 31_999


class NoFreePort(RuntimeError):
    """Every port of the range is held or in use."""


class Ports:
    """Holds loopback ports until `close`, or until this process ends, however it ends.

    Each port is locked by an abstract socket of the port's name: the kernel frees it with the
    process, and it lives in the same network namespace as the port itself.
    """

    def __init__(self) -> None:
        self._locks: list[socket.socket] = []

    def take(self) -> int:
        """A port that nobody listens on and no other `Ports` of this machine holds."""
        for port in random.sample(range(FIRST, LAST + 1), LAST - FIRST + 1):
            if self.claim(port):
                return port
        raise NoFreePort(f"no free port on 127.0.0.1 between {FIRST} and {LAST}")

    def claim(self, port: int) -> bool:
        """Hold this very port; False when it is in use or held."""
        lock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            lock.bind(f"\0argot-port-{port}")
        except OSError:
            lock.close()
            return False
        if not _is_free(port):
            lock.close()
            return False
        self._locks.append(lock)
        return True

    def close(self) -> None:
        """Let others take them."""
        for lock in self._locks:
            lock.close()
        self._locks.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
