"""schemathesis over a running gateway: all operations of its OpenAPI document, all checks."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

ACCEPTED = ("2xx", "304", "307", "400", "401", "402", "403", "404", "409", "422")
"""What a request that is well formed may get; `fuzz_checks` looks into each 422.

Only routes in the form of OpenAI's API document 400, which is their 422.
"""

CONFIG = """
[checks.positive_data_acceptance]
expected-statuses = {accepted}

[phases.coverage]
extra-data-sources.responses = false

[phases.fuzzing]
extra-data-sources.responses = false
"""
"""Ids of answers stay out of those phases: a removal would take what the others are to find."""


@dataclass(frozen=True)
class Fuzzing:
    """Where to ask, as whom, and what the paths name; what is not `known` is made up.

    `uses_up` has the things for operations that remove them: by `METHOD path`, of one value each.
    """

    url: str
    token: str
    known: Mapping[str, str]
    uses_up: Mapping[str, tuple[str, Sequence[str]]]

    def run(self, folder: Path, *, examples: int, phases: str, seed: int) -> "Report":
        """Up to `examples` requests an operation, and those of the other phases."""
        config = folder / "schemathesis.toml"
        config.write_text(self._config())
        before = self.requests()
        done = subprocess.run(
            [
                *(Path(sys.executable).with_name("st"), "--config-file", config, "run"),
                *("-c", "all", "-n", str(examples), "--phases", phases, "--seed", str(seed)),
                *("--continue-on-failure", "--no-color", "--warnings", "off"),
                *("--generation-database", "none", "--request-timeout", "30"),
                *("-H", f"Authorization: Bearer {self.token}", f"{self.url}/openapi.json"),
            ],
            env=os.environ | {"SCHEMATHESIS_HOOKS": "shared.runtime.testing.fuzz_checks"},
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Report(self.requests() - before, done.returncode == 0, done.stdout)

    def requests(self) -> int:
        """How many the gateway has answered until now, by its own count."""
        lines = httpx.get(f"{self.url}/metrics", timeout=30).text.splitlines()
        counts = [line for line in lines if line.startswith("argot_http_seconds_count")]
        return sum(int(float(line.rpartition(" ")[2])) for line in counts)

    def _config(self) -> str:
        parts = [CONFIG.format(accepted=json.dumps(ACCEPTED))]
        parts.append("[parameters]")
        parts += [f'"path.{name}" = "{value}"' for name, value in self.known.items()]
        for number, (operation, (name, values)) in enumerate(self.uses_up.items()):
            method, path = operation.split(" ")
            parts += [
                f"[dictionaries.used-{number}]",
                f"values = {json.dumps(list(values))}",
                "[[operations]]",
                f'include-method = "{method}"',
                f'include-path = "{path}"',
                f'parameters = {{ "path.{name}" = {{ dictionary = "used-{number}" }} }}',
            ]
        return "\n".join(parts)


@dataclass(frozen=True)
class Report:
    """How many requests the gateway answered, whether all was well, and the tool's own words."""

    requests: int
    clean: bool
    text: str
