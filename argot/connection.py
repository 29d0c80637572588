"""Requests to one Argot server: what is tried again, and what an answer means."""

import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import uuid4

import httpx
from pydantic import BaseModel, ValidationError

from argot.errors import ExpectedError

RETRY_SECONDS = (0.5, 1.0, 2.0, 4.0)
MAX_RETRY_AFTER_S = 30.0
BUSY = {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}
HINTS = {"invalid-language": "see: argot languages"}
"""By code of the error table: what helps the person at the terminal."""
TIMEOUT = httpx.Timeout(60.0, connect=10.0)

ModelT = TypeVar("ModelT", bound=BaseModel)


class ProblemError(ExpectedError):
    """The server refused: `code` of the error table, `errors` with the single faults.

    `unmatched_audio` names the recordings without a transcript where the code is that.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        errors: list[dict[str, str | None]] | None = None,
        *,
        status: int = 0,
        unmatched_audio: list[str] | None = None,
    ) -> None:
        super().__init__("; ".join(filter(None, (detail, HINTS.get(code)))))
        self.code = code
        self.detail = detail
        self.errors = errors or []
        self.status = status
        self.unmatched_audio = unmatched_audio or []


class UnreachableError(ExpectedError):
    """No answer from the server, or none that Argot gives."""


class Connection:
    """Sends requests with the user's token; safe to share between threads.

    A request is tried again for some seconds when the connection breaks or the server asks for it
    (503 or 429, with Retry-After); one that creates bears a key by which the server knows it again.
    """

    def __init__(self, url: str, token: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise _no_address(url)
        if not (token.isascii() and token.isprintable()):
            raise ExpectedError("The token has characters that no token has.")
        self.url = url.rstrip("/")
        try:
            self._http = httpx.Client(
                base_url=f"{self.url}/api/v1/",
                headers={"Authorization": f"Bearer {token}"},
                timeout=TIMEOUT,
            )
        except httpx.InvalidURL as error:
            raise _no_address(url) from error

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._http.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, str | int] | None = None,
        creates: bool = False,
    ) -> httpx.Response:
        """The answer, which is no error. Raises `ProblemError` or `UnreachableError`."""
        headers = {"Idempotency-Key": str(uuid4())} if creates else None
        request = self._http.build_request(method, path, json=body, params=params, headers=headers)
        pauses = iter(RETRY_SECONDS)
        while True:
            try:
                answer = self._http.send(request)
            except httpx.TransportError as error:
                if (pause := next(pauses, None)) is None:
                    raise UnreachableError(f"{self.url} does not answer: {error}") from error
                time.sleep(pause)
                continue
            if not answer.is_error:
                return answer
            problem = _problem(answer)
            if problem.status not in BUSY or (pause := next(pauses, None)) is None:
                raise problem
            time.sleep(max(pause, _retry_after(answer)))

    def read(self, model: type[ModelT], method: str, path: str, **request: Any) -> ModelT:
        """The answer to `send`, parsed. Raises `UnreachableError` where it is of another form."""
        answer = self.send(method, path, **request)
        try:
            return model.model_validate_json(answer.content)
        except ValidationError as error:
            raise UnreachableError(f"{self.url} does not answer as Argot does.") from error


def _no_address(url: str) -> UnreachableError:
    return UnreachableError(f"{url!r} is no address of a server: http://… or https://…")


class _Problem(BaseModel):
    """A problem document (RFC 9457) with Argot's own members."""

    code: str
    detail: str
    errors: list[dict[str, str | None]] = []
    unmatched_audio: list[str] = []


def _problem(answer: httpx.Response) -> ProblemError:
    status = answer.status_code
    try:
        found = _Problem.model_validate_json(answer.content)
    except ValidationError:
        return ProblemError("unknown", f"The server answered {status}.", status=status)
    return ProblemError(
        found.code,
        found.detail,
        found.errors,
        status=status,
        unmatched_audio=found.unmatched_audio,
    )


def _retry_after(answer: httpx.Response) -> float:
    """The seconds that the server asks for; 0 where it gives none, or a date."""
    written = answer.headers.get("Retry-After", "")
    return min(float(written), MAX_RETRY_AFTER_S) if written.isdecimal() else 0.0
