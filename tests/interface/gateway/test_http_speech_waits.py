"""Forms that stall and transcripts that take long: others get their answers meanwhile."""

import socket
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import httpx

from .fake_transcriber import TRANSCRIPT
from .speech import ROUTE, FakeStorage, error, post
from .waiting import wait_until

Bearer = Callable[..., dict[str, str]]
NewStack = Callable[..., Any]


def never_answered(
    stack: Any, headers: dict[str, str], taken: FakeStorage
) -> "Future[httpx.Response]":
    """A request that waits: its audio has reached storage."""
    taken.received.clear()

    def ask() -> httpx.Response:
        with stack.client(headers=headers) as http:
            return post(http, "speech-never.wav")

    answer = ThreadPoolExecutor(1).submit(ask)
    wait_until(lambda: bool(taken.received))
    return answer


def test_those_who_wait_leave_room_for_others(
    amqp_url: str, new_stack: NewStack, bearer: Bearer, taken: FakeStorage
) -> None:
    settings = {"storage_endpoint": taken.endpoint, "audio_requests": 2, "max_workers": 4}
    with (
        new_stack(amqp_url, transcription_wait_seconds=4, **settings) as stack,
        stack.client(headers=bearer()) as http,
        stack.client(headers=bearer("globex")) as other,
    ):
        waiting = never_answered(stack, bearer(), taken)
        refused = post(http)
        assert error(refused) == (429, "rate_limit_error", None, "rate-limited")
        assert int(refused.headers["Retry-After"]) > 0
        assert http.get("/api/v1/me").status_code == 200
        assert post(other).json() == {"text": TRANSCRIPT["text"]}
        assert waiting.result().status_code == 409
        assert post(http).status_code == 200


def test_forms_that_stall_hold_no_worker(
    amqp_url: str, new_stack: NewStack, bearer: Bearer, taken: FakeStorage
) -> None:
    """Those of strangers hold nothing; those of others their own organisation's places."""
    with (
        new_stack(amqp_url, max_workers=4, storage_endpoint=taken.endpoint) as stack,
        ExitStack() as stalled,
        stack.client(headers=bearer()) as http,
        stack.client(headers=bearer("globex")) as other,
    ):
        for token in [*["Bearer x.y.z"] * 10, *[bearer()["Authorization"]] * 10]:
            connection = socket.create_connection(("127.0.0.1", stack.port), timeout=5)
            stalled.enter_context(connection)
            connection.sendall(
                f"POST {ROUTE} HTTP/1.1\r\nHost: argot\r\nAuthorization: {token}\r\n"
                "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 5000\r\n\r\n"
                "--x".encode()
            )
        wait_until(lambda: post(http).status_code == 429)
        assert http.get("/api/v1/me", timeout=5).status_code == 200
        assert post(other).status_code == 200


def test_who_waits_is_answered_when_the_process_ends(
    amqp_url: str, new_stack: NewStack, bearer: Bearer, taken: FakeStorage
) -> None:
    with new_stack(amqp_url, storage_endpoint=taken.endpoint) as stack:
        waiting = never_answered(stack, bearer(), taken)
        stack.gateway.request_stop()
        assert error(waiting.result())[::3] == (503, "service-unavailable")
        assert stack.gateway.wait(10)
        assert stack.gateway.returncode == 0


def test_storage_that_is_away(amqp_url: str, new_stack: NewStack, bearer: Bearer) -> None:
    with (
        new_stack(amqp_url, storage_endpoint="http://127.0.0.1:9") as stack,
        stack.client(headers=bearer()) as http,
    ):
        assert error(post(http))[::3] == (503, "service-unavailable")
