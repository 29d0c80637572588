"""Errors in the form of OpenAI's API, for the routes that its clients use."""

from typing import Literal

from pydantic import BaseModel

from services.gateway.web.response import JSON, Headers, Response, encode, refusal_headers
from shared.errors import ERRORS, ArgotError

PREFIX = "/v1"

ErrorType = Literal[
    "invalid_request_error", "authentication_error", "rate_limit_error", "server_error"
]
TYPES: dict[int, ErrorType] = {401: "authentication_error", 429: "rate_limit_error"}
"""By status; of the others those from 500 are the server's fault."""

UNPROCESSABLE, BAD_REQUEST, SERVER = 422, 400, 500
FINAL = frozenset({"not-ready-to-run", "upload-incomplete", "internal-error", "ffmpeg_unavailable"})
"""Codes whose statuses OpenAI's clients would take for a reason to send everything again."""


class UnfinishedError(ArgotError):
    """What the request began goes on: who sent it again would have it done twice."""


class OpenAIFault(BaseModel):
    """What was wrong; `param` names the field, `code` is as of every other route."""

    message: str
    type: ErrorType
    param: str | None
    code: str


class OpenAIError(BaseModel):
    """Why a request was refused, in the form of OpenAI's API."""

    error: OpenAIFault


def is_for_openai(path: str) -> bool:
    """Whether the path, known or not, is one that such a client asks for."""
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def status_of(code: str) -> int:
    """The one table's status, but 400 in place of 422, which that API does not use."""
    status = ERRORS[code].status
    return BAD_REQUEST if status == UNPROCESSABLE else status


def document_of(error: ArgotError) -> OpenAIError:
    """The error as those clients read it; the first of its faults gives `param`."""
    status = status_of(error.code)
    kind = TYPES.get(status, "server_error" if status >= SERVER else "invalid_request_error")
    param = next((fault["field"] for fault in error.errors if fault.get("field")), None)
    fault = OpenAIFault(message=error.detail, type=kind, param=param, code=error.code)
    return OpenAIError(error=fault)


def openai_error(error: ArgotError, headers: Headers = ()) -> Response:
    """The answer that is an error; it says where a client should not ask again by itself."""
    headers += refusal_headers(error)
    if error.code in FINAL or isinstance(error, UnfinishedError):
        headers += (("X-Should-Retry", "false"),)
    content = encode(document_of(error))
    return Response(status_of(error.code), (("Content-Type", JSON), *headers), content)
