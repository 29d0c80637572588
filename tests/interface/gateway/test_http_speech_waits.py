"""Forms that stall and transcripts that take long: others get their answers meanwhile."""

import json
import socket
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import httpx
import pytest

from .fake_transcriber import TRANSCRIPT
from .speech import JOB, ROUTE, FakeStorage, error, is_there, post
from .waiting import wait_until

Bearer = Callable[..., dict[str, str]]
NewStack = Callable[..., Any]


def streamed(http: httpx.Client, name: str) -> AbstractContextManager[httpx.Response]:
    fields = {"model": "fr", "stream": "true"}
    return http.stream("POST", ROUTE, data=fields, files={"file": (name, b"audio")})


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
        answer = waiting.result()
        assert error(answer)[::3] == (503, "service-unavailable")
        assert "X-Should-Retry" not in answer.headers
        assert stack.gateway.wait(10)
        assert stack.gateway.returncode == 0
        stack.start_gateway()
        assert stack.answers(JOB.format("speech-never"), 404), "it would be done for nobody"


def test_an_answer_begins_before_there_is_a_text(
    amqp_url: str, new_stack: NewStack, bearer: Bearer, taken: FakeStorage
) -> None:
    """And what fails from then on is an event, which ends it."""
    with (
        new_stack(amqp_url, storage_endpoint=taken.endpoint) as stack,
        stack.client(headers=bearer()) as http,
        streamed(http, "speech-never.wav") as response,
    ):
        assert (response.status_code, response.headers["Content-Type"]) == (
            200,
            "text/event-stream",
        )
        assert "Content-Length" not in response.headers
        lines = response.iter_lines()
        assert [next(lines) for _ in range(4)] == [":", "", ":", ""]
        assert http.delete(JOB.format("speech-never")).status_code == 204
        *comments, kind, data, end = lines
        assert set(comments) <= {":", ""}
        assert (kind, end) == ("event: error", "")
        told = json.loads(data.removeprefix("data: "))["error"]
        assert told["code"] == "not-found"
        assert told.keys() == {"message", "type", "param", "code"}
        assert post(http, stream="true").status_code == 200, "on the same connection"


def test_who_streams_is_told_when_the_process_ends(
    amqp_url: str, new_stack: NewStack, bearer: Bearer, taken: FakeStorage
) -> None:
    with (
        new_stack(amqp_url, storage_endpoint=taken.endpoint) as stack,
        stack.client(headers=bearer()) as http,
        streamed(http, "speech-never.wav") as response,
    ):
        lines = response.iter_lines()
        assert next(lines) == ":"
        stack.gateway.request_stop()
        assert '"code": "service-unavailable"' in list(lines)[-2]
        assert stack.gateway.wait(10)
        assert stack.gateway.returncode == 0


@pytest.mark.parametrize("fields", [{}, {"stream": "true"}], ids=["plain", "stream"])
def test_who_hangs_up_keeps_neither_place_nor_job(
    amqp_url: str,
    new_stack: NewStack,
    bearer: Bearer,
    taken: FakeStorage,
    fields: dict[str, str],
) -> None:
    with (
        new_stack(amqp_url, storage_endpoint=taken.endpoint, max_workers=4) as stack,
        stack.client(headers=bearer()) as http,
    ):
        taken.received.clear()
        asked = http.build_request(
            "POST",
            ROUTE,
            data={"model": "fr", **fields},
            files={"file": ("speech-never.wav", b"audio")},
        )
        head = "".join(f"{name}: {value}\r\n" for name, value in asked.headers.items())
        with socket.create_connection(("127.0.0.1", stack.port), timeout=5) as connection:
            connection.sendall(f"POST {ROUTE} HTTP/1.1\r\n{head}\r\n".encode() + asked.read())
            wait_until(lambda: bool(taken.received))
            assert post(http).status_code == 429
            assert is_there(http, "speech-never")
        wait_until(lambda: not is_there(http, "speech-never"))
        wait_until(lambda: post(http).status_code == 200)


def test_storage_that_is_away(amqp_url: str, new_stack: NewStack, bearer: Bearer) -> None:
    with (
        new_stack(amqp_url, storage_endpoint="http://127.0.0.1:9") as stack,
        stack.client(headers=bearer()) as http,
    ):
        assert error(post(http))[::3] == (503, "service-unavailable")
