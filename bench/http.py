"""HTTP through the gateway and a call, against a bare nameko hop.

Ours: GET of one custom model: token, feature gate, call over the bus, SQLite, JSON. Bare: nameko's
own HTTP entrypoint and RPC proxy, echoing a constant of the same size. 16 connections that are
kept open; rounds of both alternate, and the medians count.

`ratio`: ours over bare in requests a second. `p50_ms`, `p99_ms`: of ours.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import httpx

from argot.stack import ARGOT, Stack
from argot.stack.organisation import DEMO, grant
from argot.stack.settings import StackSettings
from bench.report import finish, median, percentile
from shared.runtime.local.ports import Ports
from shared.runtime.local.processes import Process

CONNECTIONS = 16
SECONDS = 6.0
ROUNDS = 3
NEEDED = {"catalog", "quota", "gateway"}


async def _connection(url: httpx.URL, head: bytes, until: float, times: list[float]) -> None:
    """Requests one after the other on one connection; each must be answered with 200."""
    reader, writer = await asyncio.open_connection(url.host, url.port)
    while time.perf_counter() < until:
        begun = time.perf_counter()
        writer.write(head)
        answer = await reader.readuntil(b"\r\n\r\n")
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(answer.decode(errors="replace"))
        lower = answer.lower()
        start = lower.index(b"content-length:") + len(b"content-length:")
        await reader.readexactly(int(lower[start : lower.index(b"\r\n", start)]))
        times.append(time.perf_counter() - begun)
    writer.close()


def load(url: httpx.URL, token: str) -> tuple[float, list[float]]:
    """Requests a second, and the seconds that each took."""
    head = (
        f"GET {url.raw_path.decode()} HTTP/1.1\r\nHost: {url.host}\r\n"
        f"Authorization: Bearer {token}\r\n\r\n"
    ).encode()

    async def run() -> tuple[float, list[float]]:
        times: list[float] = []
        begun = time.perf_counter()
        tasks = [_connection(url, head, begun + SECONDS, times) for _ in range(CONNECTIONS)]
        await asyncio.gather(*tasks)
        return len(times) / (time.perf_counter() - begun), times

    return asyncio.run(run())


def _says_ready(process: Process) -> bool:
    return "ready" in process.log_tail()


@contextmanager
def bare(amqp_url: str, folder: Path) -> Iterator[httpx.URL]:
    """Two stock nameko services: HTTP entrypoint, RPC proxy, echo."""
    with ExitStack() as stack, Ports() as ports:
        port = ports.take()
        for role in ("echo", "front"):
            process = Process(
                role,
                [sys.executable, "-m", "bench.http_bare", role, str(port), amqp_url],
                log=folder / f"{role}.log",
                env=dict(os.environ),
            )
            process.start()
            stack.callback(process.stop)
            process.wait_until(partial(_says_ready, process), 60)
        yield httpx.URL(f"http://127.0.0.1:{port}/echo")


def main() -> None:
    """Alternate the rivals."""
    specs = [spec for spec in ARGOT if spec.name in NEEDED]
    with (
        tempfile.TemporaryDirectory() as name,
        Stack(Path(name) / "data", specs=specs, settings=StackSettings(port=None)) as stack,
        bare(stack.amqp_url, Path(name)) as bare_url,
    ):
        grant(stack.address, stack.token(org=DEMO, user="s", roles=["sysop"]))
        token = stack.token(org=DEMO, user="ann", roles=["user"])
        models = f"{stack.address}/api/v1/custom-models"
        answer = httpx.post(
            models,
            json={"name": "Bench", "language": "fr"},
            headers={"Authorization": f"Bearer {token}"},
        )
        url = httpx.URL(f"{models}/{answer.raise_for_status().json()['id']}")
        rates: dict[str, list[float]] = {"ours": [], "bare": []}
        times: list[float] = []
        for _ in range(ROUNDS):
            rates["bare"].append(load(bare_url, token)[0])
            rate, own = load(url, token)
            rates["ours"].append(rate)
            times += own
            print({kind: round(each[-1]) for kind, each in rates.items()}, flush=True)
    finish(
        ratio=median(rates["ours"]) / median(rates["bare"]),
        p50_ms=percentile(times, 0.5) * 1000,
        p99_ms=percentile(times, 0.99) * 1000,
        req_s=median(rates["ours"]),
        bare_req_s=median(rates["bare"]),
    )


if __name__ == "__main__":
    main()
