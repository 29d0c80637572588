"""Forms with files, as they arrive."""

import io
from typing import Any

import pytest

from services.gateway.web.forms import MAX_FIELD_BYTES, MAX_PARTS, FormFile, parse
from shared.errors import ArgotError

LIMIT = 1024**2


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    file = "" if filename is None else f'; filename="{filename}"'
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + content


def environ(*parts: bytes, kind: str = "multipart/form-data; boundary=x") -> dict[str, Any]:
    body = b"\r\n".join([*parts, b"--x--\r\n"])
    return {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": kind,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
    }


def refusal(sent: dict[str, Any], limit: int = LIMIT) -> str:
    with pytest.raises(ArgotError) as caught:
        parse(sent, limit)
    return caught.value.code


def test_fields_lists_and_a_file() -> None:
    audio = bytes(range(256)) * 4000  # more than stays in memory
    found = parse(
        environ(
            part("model", b"fr"),
            part("model", b"it"),
            part("timestamp_granularities[]", b"word"),
            part("timestamp_granularities[]", b"segment"),
            part("file", audio, "été.wav"),
        ),
        2 * LIMIT,
    )
    file = found.pop("file")
    assert found == {"model": "fr", "timestamp_granularities[]": ["word", "segment"]}
    assert isinstance(file, FormFile)
    assert (file.name, file.size, file.content.read()) == ("été.wav", len(audio), audio)


def test_a_file_counts_more_than_a_field_of_its_name() -> None:
    found = parse(environ(part("file", b"text"), part("file", b"audio", "a.wav")), LIMIT)
    assert found["file"].size == 5


def test_what_is_too_large() -> None:
    audio = part("file", b"x" * LIMIT, "a.wav")
    assert refusal(environ(audio)) == "payload-too-large"
    unsaid = environ(audio)
    del unsaid["CONTENT_LENGTH"]  # as of a body in chunks
    assert refusal(unsaid) == "payload-too-large"
    assert refusal(environ(part("prompt", b"x" * (MAX_FIELD_BYTES + 1)))) == "payload-too-large"
    many = [part(f"f{number}", b"") for number in range(MAX_PARTS + 1)]
    assert refusal(environ(*many)) == "payload-too-large"


@pytest.mark.parametrize("kind", ["", "application/json", "application/x-www-form-urlencoded"])
def test_what_is_no_form(kind: str) -> None:
    assert refusal(environ(part("model", b"fr"), kind=kind)) == "unsupported-media-type"


@pytest.mark.parametrize(
    "sent",
    [
        environ(kind="multipart/form-data"),
        {**environ(), "wsgi.input": io.BytesIO(b"no boundary"), "CONTENT_LENGTH": "11"},
        environ(b"--x\r\nno header\r\n\r\ntext"),
    ],
    ids=["no boundary named", "no boundary", "no name"],
)
def test_a_form_that_cannot_be_read(sent: dict[str, Any]) -> None:
    assert refusal(sent) == "invalid-request"
