"""One HTTP request, read no further than asked."""

import errno
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, unquote

from eventlet import Timeout
from eventlet.wsgi import ChunkReadError
from uuid6 import uuid7

from services.gateway.web import forms
from shared.errors import ArgotError
from shared.runtime import context

PROTOCOL = "argot.protocol"
"""The key of the connection's handler in the WSGI environment."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_SLASH = re.compile("%2f", re.IGNORECASE)
_REPLACEMENT = "%EF%BF%BD"
_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}")
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


BODY_SECONDS = 30
"""For a body to arrive; nothing but its connection waits for it."""
FORM_SECONDS = 300
"""The same for a form with files, which is longer."""


class HttpRequest:
    """A view of the WSGI environment."""

    def __init__(self, environ: dict[str, Any]) -> None:
        self._environ = environ
        self._body: bytes | ArgotError = b""
        self._form: dict[str, Any] | ArgotError = ArgotError("unauthenticated")
        self.is_broken = False
        self.method: str = environ["REQUEST_METHOD"]
        self.path = _path(environ["RAW_PATH_INFO"])
        self.address: str = environ["REMOTE_ADDR"]
        self.request_id = _sane(_REQUEST_ID, self.header("X-Request-Id")) or str(uuid7())
        self.traceparent = (
            _sane(_TRACEPARENT, self.header("traceparent")) or context.new_traceparent()
        )

    def header(self, name: str) -> str:
        """The header's value, empty where it is missing."""
        value: str = self._environ.get("HTTP_" + name.upper().replace("-", "_"), "")
        return value

    def query(self) -> dict[str, str]:
        """The query; of a repeated name the first value."""
        pairs = parse_qsl(self._environ.get("QUERY_STRING", ""), keep_blank_values=True)
        return dict(reversed(pairs))

    def receive(self, limit: int) -> None:
        """Read the body, of `limit` bytes at most; what is wrong with it is raised when asked."""
        try:
            self._body = self._read(limit)
        except ArgotError as error:
            self._body = error

    def json_body(self) -> bytes:
        """The body that was received; empty where there is none.

        Errors: `payload-too-large`, `unsupported-media-type` for anything that does not call
        itself JSON, `invalid-request` where it breaks off or stalls.
        """
        if isinstance(self._body, ArgotError):
            raise self._body
        return self._body

    def receive_form(self, limit: int) -> None:
        """Read a form of `limit` bytes at most; what is wrong with it is raised when asked."""
        try:
            with self._arriving(FORM_SECONDS):
                self._form = forms.parse(self._environ, limit)
        except ArgotError as error:
            self._form = error

    def form(self) -> dict[str, Any]:
        """The form that was received: fields by name, files as `FormFile`.

        Errors: as of `json_body`; `unauthenticated` where none was received, since only a
        stranger's is not.
        """
        if isinstance(self._form, ArgotError):
            raise self._form
        return self._form

    def is_abandoned(self) -> bool:
        """Whether the client has closed the connection, or its end of it, since it asked.

        One that has sent more meanwhile counts as there.
        """
        connection = self._environ[PROTOCOL].connection.fd  # eventlet's own would wait for bytes
        try:
            self.is_broken |= not connection.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            self.is_broken = True
        return self.is_broken

    def close(self) -> None:
        """Remove the files that came with the form."""
        if isinstance(self._form, dict):
            for value in self._form.values():
                if isinstance(value, forms.FormFile):
                    value.content.close()

    @contextmanager
    def _arriving(self, seconds: float) -> Iterator[None]:
        try:
            with Timeout(seconds, _StalledError()):
                yield
        except (ChunkReadError, OSError, _StalledError) as error:
            self.is_broken = True  # where the next request would start is unknown
            if isinstance(error, OSError) and error.errno in _FULL:
                raise ArgotError("service-unavailable", "There is no space for the body") from error
            raise ArgotError("invalid-request", "The body could not be read") from error

    def _read(self, limit: int) -> bytes:
        length = int(self._environ.get("CONTENT_LENGTH") or 0)
        if length > limit:
            raise ArgotError("payload-too-large", f"The body has more than {limit} bytes")
        if not length and not self._environ.get("HTTP_TRANSFER_ENCODING"):
            return b""
        with self._arriving(BODY_SECONDS):
            body: bytes = self._environ["wsgi.input"].read(limit + 1)
        if len(body) > limit:
            raise ArgotError("payload-too-large", f"The body has more than {limit} bytes")
        if body and self._media_type() != "application/json":
            raise ArgotError("unsupported-media-type", "Send the body as application/json")
        return body

    def _media_type(self) -> str:
        value: str = self._environ.get("CONTENT_TYPE") or ""
        return value.partition(";")[0].strip().lower()


class _StalledError(Exception):
    """The body takes too long."""


def _path(raw: str) -> str:
    """The path as text, with replacement characters for what is no UTF-8, and for a written `%2F`.

    No id has a slash, and as one it would lead to another route.
    """
    if "%" in raw:
        raw = unquote(_SLASH.sub(_REPLACEMENT, raw), encoding="latin1")
    return raw.encode("latin1").decode(errors="replace")


def _sane(pattern: re.Pattern[str], value: str) -> str:
    return value if pattern.fullmatch(value) else ""
