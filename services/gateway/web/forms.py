"""A form with files (`multipart/form-data`): its files go to disk, its fields stay small."""

from dataclasses import dataclass
from typing import IO, Annotated, Any

from eventlet.wsgi import ChunkReadError
from pydantic import InstanceOf, WithJsonSchema
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from shared.errors import ArgotError

MEDIA_TYPE = "multipart/form-data"
MAX_FIELD_BYTES = 256 * 1024
"""Of all fields that are no file."""
MAX_PARTS = 64


@dataclass(frozen=True, slots=True)
class FormFile:
    """A file as its sender named it; `size` in bytes."""

    name: str
    size: int
    content: IO[bytes]


File = Annotated[InstanceOf[FormFile], WithJsonSchema({"type": "string", "format": "binary"})]


def parse(environ: dict[str, Any], limit: int) -> dict[str, Any]:
    """Read the body, of `limit` bytes at most: each field's first value, lists of `name[]`.

    Errors: `unsupported-media-type`, `payload-too-large`, `invalid-request` for no form. Raises
    `OSError` where the body breaks off.
    """
    kind, _ = parse_options_header(environ.get("CONTENT_TYPE"))
    if kind != MEDIA_TYPE:
        raise ArgotError("unsupported-media-type", f"Send the body as {MEDIA_TYPE}")
    parser = FormDataParser(
        max_form_memory_size=MAX_FIELD_BYTES,
        max_content_length=limit,
        max_form_parts=MAX_PARTS,
        silent=False,
    )
    try:
        _, fields, files = parser.parse_from_environ(environ)
    except RequestEntityTooLarge as error:
        message = (
            f"The form has more than {limit} bytes, {MAX_PARTS} fields, or fields that are too"
            " long; POST /api/v1/transcriptions takes longer audio, but does not translate"
        )
        raise ArgotError("payload-too-large", message) from error
    except (ClientDisconnected, ChunkReadError) as error:
        raise OSError("the body broke off") from error
    except ValueError as error:
        raise ArgotError("invalid-request", "The body is no form that can be read") from error
    found: dict[str, Any] = {
        name: values if name.endswith("[]") else values[0] for name, values in fields.lists()
    }
    return found | {name: _file(files[name]) for name in files}


def _file(sent: FileStorage) -> FormFile:
    size = sent.stream.seek(0, 2)
    sent.stream.seek(0)
    return FormFile(sent.filename or "", size, sent.stream)
