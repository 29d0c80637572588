"""HTTP through the gateway and a call, against a bare nameko hop.

Ours: GET of one custom model, and of a page of ten: token, feature gate, call over the bus, SQLite,
JSON. Bare: nameko's own HTTP entrypoint and RPC proxy, echoing a constant of a model's size. 16
connections that are kept open; rounds of all alternate, and the medians count.

`ratio`, `list_ratio`: ours over bare in requests a second, `req_s` of the slower route. `p50_ms`,
`p99_ms`: of one model. `…_p50_ratio`, `…_p99_ratio`: the times of an organisation with 100,000
models over those of one with 10.
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
from argot.stack.organisation import grant
from argot.stack.settings import StackSettings
from bench.report import finish, median, percentile
from bench.rows import add_models
from shared.runtime.local.ports import Ports
from shared.runtime.local.processes import Process

CONNECTIONS = 16
SECONDS = 4.0
ROUNDS = 5
FEW, MANY = 10, 100_000
PAGE = 10
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


class Subject:
    """An organisation with `count` models, asked for one of them and for a page of ten."""

    def __init__(self, stack: Stack, name: str, count: int) -> None:
        grant(stack.address, stack.token(org=name, user="s", roles=["sysop"]), name)
        add_models(stack.database_url("catalog"), name, count)
        self.token = stack.token(org=name, user="ann", roles=["user"])
        models = httpx.URL(f"{stack.address}/api/v1/custom-models")
        page = models.copy_merge_params({"limit": PAGE})
        listed = httpx.get(page, headers={"Authorization": f"Bearer {self.token}"})
        middle = listed.raise_for_status().json()["items"][PAGE // 2]["id"]
        self.urls = {"detail": httpx.URL(f"{models}/{middle}"), "list": page}
        self.rates: dict[str, list[float]] = {route: [] for route in self.urls}
        self.times: dict[str, list[float]] = {route: [] for route in self.urls}

    def ask(self) -> None:
        """One round on each route."""
        for route, url in self.urls.items():
            rate, times = load(url, self.token)
            self.rates[route].append(rate)
            self.times[route] += times


def growth(few: Subject, many: Subject, route: str, share: float) -> float:
    """How much slower the organisation with many models is answered."""
    return percentile(many.times[route], share) / percentile(few.times[route], share)


def main() -> None:
    """Alternate the rivals."""
    specs = [spec for spec in ARGOT if spec.name in NEEDED]
    with (
        tempfile.TemporaryDirectory() as name,
        Stack(Path(name) / "data", specs=specs, settings=StackSettings(port=None)) as stack,
        bare(stack.amqp_url, Path(name)) as bare_url,
    ):
        few = Subject(stack, "few", FEW)
        many = Subject(stack, "many", MANY)
        bare_rates: list[float] = []
        for _ in range(ROUNDS):
            bare_rates.append(load(bare_url, few.token)[0])
            few.ask()
            many.ask()
            rates = {"detail": few.rates["detail"], "list": few.rates["list"], "bare": bare_rates}
            print({route: round(each[-1]) for route, each in rates.items()}, flush=True)
    slower = min(("detail", "list"), key=lambda route: median(few.rates[route]))
    finish(
        ratio=median(few.rates["detail"]) / median(bare_rates),
        list_ratio=median(few.rates["list"]) / median(bare_rates),
        p50_ms=percentile(few.times["detail"], 0.5) * 1000,
        p99_ms=percentile(few.times["detail"], 0.99) * 1000,
        req_s=median(few.rates[slower]),
        bare_req_s=median(bare_rates),
        list_p50_ratio=growth(few, many, "list", 0.5),
        list_p99_ratio=growth(few, many, "list", 0.99),
        detail_p50_ratio=growth(few, many, "detail", 0.5),
        detail_p99_ratio=growth(few, many, "detail", 0.99),
    )


if __name__ == "__main__":
    main()
