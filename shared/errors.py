"""The one error table: every code that leaves Argot, with its HTTP status and title.

A service raises `ArgotError(code, detail)`; the gateway answers it as `application/problem+json`
(RFC 9457). A code that is not in `ERRORS` cannot be raised.
"""

from typing import NamedTuple


class ErrorKind(NamedTuple):
    """What one code means to an HTTP client."""

    status: int
    title: str


ERRORS: dict[str, ErrorKind] = {
    "unauthenticated": ErrorKind(401, "Authentication is required"),
    "forbidden": ErrorKind(403, "Your role does not allow this"),
    "feature-not-available": ErrorKind(403, "Feature not available"),
    "language-not-published": ErrorKind(403, "The language is not published to your organization"),
    "not-found": ErrorKind(404, "Not found"),
    "custom-model-not-found": ErrorKind(404, "Custom model not found"),
    "dataset-not-found": ErrorKind(404, "Dataset not found"),
    "upload-not-found": ErrorKind(404, "Upload not found"),
    "training-not-found": ErrorKind(404, "Training not found"),
    "method-not-allowed": ErrorKind(405, "Method not allowed"),
    "language-exists": ErrorKind(409, "Language already exists"),
    "not-ready-to-run": ErrorKind(409, "Not ready to run"),
    "unmatched-audio": ErrorKind(409, "Some audio has no matching transcript"),
    "upload-incomplete": ErrorKind(409, "The upload is incomplete"),
    "payload-too-large": ErrorKind(413, "The request body is too large"),
    "unsupported-media-type": ErrorKind(415, "Unsupported media type"),
    "invalid-request": ErrorKind(422, "Invalid request"),
    "invalid-language": ErrorKind(422, "Invalid language"),
    "unsupported-file-type": ErrorKind(422, "Unsupported file type"),
    "file-too-large": ErrorKind(422, "The file is too large"),
    "batch-too-large": ErrorKind(422, "Too many files in one batch"),
    "no_data": ErrorKind(422, "No data"),
    "validation_failed": ErrorKind(422, "Validation failed"),
    "no-claims-available": ErrorKind(402, "No claims available"),
    "rate-limited": ErrorKind(429, "Too many requests"),
    "internal-error": ErrorKind(500, "Internal error"),
    "ffmpeg_unavailable": ErrorKind(503, "Video conversion is not available"),
    "service-unavailable": ErrorKind(503, "A service did not answer in time"),
}


class ArgotError(Exception):
    """A refusal with a code of the table.

    `errors` lists single faults (`{"code", "message", "field"|"file"}`); `extra` adds members to
    the problem document, such as `unmatched_audio`. All values are strings or lists of them, so
    that the error crosses the bus unchanged.
    """

    def __init__(
        self,
        code: str,
        detail: str = "",
        errors: list[dict[str, str]] | None = None,
        extra: dict[str, list[str]] | None = None,
    ) -> None:
        self.kind = ERRORS[code]
        self.code = code
        self.detail = detail or self.kind.title
        self.errors = errors or []
        self.extra = extra or {}
        super().__init__(code, self.detail, self.errors, self.extra)
