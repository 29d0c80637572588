"""A service or a worker as a process of its own, with a private environment."""

import os
from collections.abc import Mapping
from pathlib import Path
from sys import executable
from typing import Self

import httpx

from shared.runtime.local.ports import Ports
from shared.runtime.local.processes import Process

START_SECONDS = 90.0


class ServiceProcess(Process):
    """`python -m <module>`, ready when `start` returns; its output goes to `folder`.

    `settings` are `ARGOT_…` variables, or others that replace inherited ones. The port of its
    health server stays the same over restarts.
    """

    def __init__(self, module: str, settings: Mapping[str, str], folder: Path) -> None:
        self._ports = Ports()
        port = self._ports.take()
        self.health_url = f"http://127.0.0.1:{port}"
        # What steers libraries must be alike here and there: other kernels round to other texts.
        inherited = {key: it for key, it in os.environ.items() if not key.startswith("ARGOT_")}
        super().__init__(
            module,
            [executable, "-m", module],
            log=folder / f"{module}-{port}.log",
            env={**inherited, "ARGOT_HEALTH_PORT": str(port), **settings},
        )

    def start(self) -> None:
        """Return when `/readyz` says so."""
        super().start()
        self.wait_until(self.is_ready, START_SECONDS)

    def is_ready(self) -> bool:
        """Whether all that it needs is there now."""
        try:
            return httpx.get(f"{self.health_url}/readyz", timeout=10).status_code == 200  # noqa: PLR2004
        except httpx.TransportError:
            return False

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._ports.close()
