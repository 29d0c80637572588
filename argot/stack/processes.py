"""The processes that make up Argot."""

import sys
from dataclasses import dataclass

SERVICES = ("catalog", "quota", "validator", "ingest", "trainer", "transcriber", "gateway")
WORKERS = ("ingest", "trainer", "transcriber")
WITHOUT_TABLES = ("gateway",)


@dataclass(frozen=True)
class ProcessSpec:
    """One process: its name in the stack, the service whose database it uses, its command."""

    name: str
    service: str
    argv: tuple[str, ...]

    @property
    def has_database(self) -> bool:
        """Whether the service owns tables."""
        return self.service not in WITHOUT_TABLES


def _module(name: str, service: str, module: str) -> ProcessSpec:
    # -P: the working directory holds uploaded files, nothing is imported from there.
    return ProcessSpec(name, service, (sys.executable, "-P", "-m", module))


ARGOT: tuple[ProcessSpec, ...] = (
    *(_module(service, service, f"services.{service}") for service in SERVICES),
    *(_module(f"{service}-worker", service, f"services.{service}.worker") for service in WORKERS),
)
