"""Slow and absent neighbours, a broker that goes away, clients that misbehave, the end."""

import contextlib
import json
import os
import signal
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.runtime.local.broker import Broker

from .waiting import wait_until

Bearer = Callable[..., dict[str, str]]
NewStack = Callable[..., Any]

MODELS = "/api/v1/custom-models"


def assert_unavailable(response: httpx.Response) -> None:
    assert (response.status_code, response.json()["code"]) == (503, "service-unavailable")
    assert int(response.headers["Retry-After"]) > 0


def in_background(stack: Any, path: str, headers: dict[str, str]) -> "Future[httpx.Response]":
    """The request, under way for a moment already."""
    pool = ThreadPoolExecutor(1)
    answer = pool.submit(httpx.get, stack.url + path, headers=headers, timeout=30)
    time.sleep(0.5)
    return answer


def test_a_neighbour_that_is_too_slow(stack: Any, bearer: Bearer) -> None:
    with stack.client(headers=bearer()) as http:
        started = time.monotonic()
        assert_unavailable(http.get(f"{MODELS}/slow-4"))
        assert time.monotonic() - started < 3
        assert http.get("/api/v1/me", timeout=5).status_code == 200


def test_a_neighbour_that_is_away(stack: Any, bearer: Bearer) -> None:
    with stack.client(headers=bearer()) as http:
        stack.catalog.kill()
        assert_unavailable(http.get(MODELS))
        assert http.get("/api/v1/uploads/u1").status_code == 200
        stack.catalog.start()
        wait_until(lambda: http.get(MODELS).status_code == 200)


def test_probes_pass_while_all_workers_wait(
    amqp_url: str, new_stack: NewStack, bearer: Bearer
) -> None:
    with new_stack(amqp_url, max_workers=1) as stack:
        slow = in_background(stack, f"{MODELS}/slow-1.5", bearer())
        started = time.monotonic()
        assert stack.alive()
        assert time.monotonic() - started < 0.5
        assert slow.result().status_code == 200


def test_bodies_that_stall_hold_no_worker(
    amqp_url: str, new_stack: NewStack, bearer: Bearer
) -> None:
    with (
        new_stack(amqp_url, max_workers=2) as stack,
        contextlib.ExitStack() as stalled,
        stack.client(headers=bearer()) as http,
    ):
        for _ in range(10):
            connection = socket.create_connection(("127.0.0.1", stack.port), timeout=5)
            stalled.enter_context(connection)
            token = bearer()["Authorization"]
            connection.sendall(
                f"POST {MODELS} HTTP/1.1\r\nHost: argot\r\nAuthorization: {token}\r\n"
                "Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{".encode()
            )
        assert http.get("/api/v1/me", timeout=5).status_code == 200


def test_sigterm_finishes_the_request_in_flight(
    amqp_url: str, new_stack: NewStack, bearer: Bearer
) -> None:
    with new_stack(amqp_url) as stack, stack.client(headers=bearer()) as idle:
        assert idle.get("/api/v1/me").status_code == 200
        slow = in_background(stack, f"{MODELS}/slow-1.5", bearer())
        stack.gateway.request_stop()
        response = slow.result()
        assert response.json()["id"] == "slow-1.5"
        assert response.headers["Connection"] == "close"
        assert stack.gateway.wait(10)
        assert stack.gateway.returncode == 0
        with pytest.raises(httpx.TransportError):
            idle.get("/healthz")


def test_kill_9_and_restart(amqp_url: str, new_stack: NewStack, bearer: Bearer) -> None:
    with new_stack(amqp_url) as stack:
        slow = in_background(stack, f"{MODELS}/slow-1", bearer())
        stack.gateway.kill()
        with pytest.raises(httpx.TransportError):
            slow.result()
        stack.start_gateway()
        assert stack.answers(f"{MODELS}/m1")


@pytest.mark.timeout(180)
def test_a_broker_restart_is_survived(tmp_path: Path, new_stack: NewStack, bearer: Bearer) -> None:
    with (
        Broker(tmp_path / "broker") as broker,
        new_stack(broker.amqp_url) as stack,
        stack.client(headers=bearer()) as http,
    ):
        assert http.get(f"{MODELS}/m1").status_code == 200
        pid = stack.gateway.pid
        broker.stop()
        assert_unavailable(http.get(f"{MODELS}/m1"))
        assert http.get("/healthz").status_code == 200
        assert_unavailable(http.get("/readyz"))
        time.sleep(3)
        broker.start()
        wait_until(lambda: http.get(f"{MODELS}/m1").status_code == 200)
        for _ in range(20):
            assert http.get(f"{MODELS}/m1").status_code == 200
        assert (stack.gateway.running, stack.gateway.pid) == (True, pid)


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nBad Header\r\n\r\n",
        b"POST /api/v1/me HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /api/v1/me HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"POST /api/v1/me HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999\r\n\r\n" + b"x" * 9000,
        b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n\r\n",
        b"GET /\xff\x00\xfe HTTP/1.1\r\nHost: x\r\nX-\xff: \xff\r\n\r\n",
    ],
)
def test_a_client_cannot_end_the_process(stack: Any, sent: bytes) -> None:
    for reset in (True, False):
        with socket.create_connection(("127.0.0.1", stack.port), timeout=5) as connection:
            connection.sendall(sent)
            if reset:  # close with a reset instead of an orderly end
                linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            else:
                with contextlib.suppress(OSError):  # the server was quicker
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(65536):
                        pass
    assert stack.alive()


def test_the_log_has_each_request_and_no_secret(stack: Any, bearer: Bearer) -> None:
    headers = bearer() | {"X-Request-Id": "find-me"}
    with stack.client(headers=headers) as http:
        http.get(f"{MODELS}/m1/datasets/d1/download?cursor=hidden")
    lines = [json.loads(line) for line in stack.gateway.log.read_text().splitlines()]
    (line,) = [each for each in lines if each.get("request_id") == "find-me"]
    assert line["route"] == MODELS + "/{model_id}/datasets/{dataset_id}/download"
    assert (line["method"], line["status"]) == ("GET", 307)
    assert line["ms"] > 0
    text = stack.gateway.log.read_text()
    for secret in ("hidden", "X-Amz-Signature", headers["Authorization"].split()[1]):
        assert secret not in text


@pytest.mark.timeout(180)
def test_a_broker_that_hangs(tmp_path: Path, new_stack: NewStack, bearer: Bearer) -> None:
    with (
        Broker(tmp_path / "broker") as broker,
        new_stack(broker.amqp_url) as stack,
        stack.client(headers=bearer()) as http,
    ):
        assert broker.pid is not None
        os.kill(broker.pid, signal.SIGSTOP)
        with ThreadPoolExecutor(12) as pool:
            asked = [pool.submit(http.get, f"{MODELS}/m1") for _ in range(12)]
            for each in asked:
                assert_unavailable(each.result())
        os.kill(broker.pid, signal.SIGCONT)
        wait_until(lambda: http.get(f"{MODELS}/m1").status_code == 200)
        for _ in range(20):
            assert http.get(f"{MODELS}/m1").status_code == 200
