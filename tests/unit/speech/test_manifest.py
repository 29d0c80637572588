import json

import pytest

from shared.speech.cues import Cue
from shared.speech.manifest import ManifestRow, parse_manifest
from shared.speech.source import Limits, TranscriptInvalid


def lines(*rows: object) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


@pytest.mark.parametrize(
    ("row", "cue"),
    [
        ({"audio": "a.wav", "text": "hi", "start": 1, "end": 2.5}, Cue(1.0, 2.5, "hi")),
        (
            {"audio_filepath": "/data/a.wav", "text": "hi", "offset": 1.5, "duration": 2},
            Cue(1.5, 3.5, "hi"),
        ),
        ({"audio": "x\\a.wav", "text": "hi", "duration": 2, "lang": "en"}, Cue(0.0, 2.0, "hi")),
        ({"audio": "a.wav", "text": " hi\u0000\n", "start": None, "score": float("nan")}, None),
        (
            {"audio": None, "audio_filepath": "a.wav", "text": "hi"}
            | {"start": None, "offset": 1, "end": None, "duration": 2},
            Cue(1.0, 3.0, "hi"),
        ),
    ],
)
def test_a_row_names_its_audio_and_its_place(row: dict[str, object], cue: Cue | None) -> None:
    assert parse_manifest(lines(row)) == (ManifestRow("a.wav", "hi", cue),)


def test_rows_without_text_or_length_are_skipped() -> None:
    rows = parse_manifest(
        b"\xef\xbb\xbf\r\n"
        + lines(
            {"audio": "a.wav", "text": "", "start": 0, "end": 1},
            {"audio": "a.wav", "text": "hi", "start": 2, "end": 1},
            {"audio": "b.wav", "text": "[[[[[[[[[[[[[[[[[[[[ \ud800"},
        )
        + b"\r\n\r\n"
    )
    assert rows == (ManifestRow("b.wav", "[" * 20, None),)


@pytest.mark.parametrize(
    "line",
    [
        *(b"no json", b"[]", b"3", b'"a"', b"{", b'{"text": "hi"}', b'{"audio": "a.wav"}'),
        b'{"audio": "folder/", "text": "hi"}',
        b'{"audio": "\\ud800.wav", "text": "hi"}',
        b'{"audio": "\\u0000.wav", "text": "hi"}',
        b'{"audio": "' + b"a" * 252 + b'.wav", "text": "hi"}',
        b'{"audio": "a.wav", "text": ["hi"]}',
        b'{"audio": "a.wav", "text": "hi", "start": 1}',
        b'{"audio": "a.wav", "text": "hi", "start": "1", "end": 2}',
        b'{"audio": "a.wav", "text": "hi", "start": true, "end": 2}',
        b'{"audio": "a.wav", "text": "hi", "start": -1, "end": 2}',
        b'{"audio": "a.wav", "text": "hi", "start": NaN, "end": 2}',
        b'{"audio": "a.wav", "text": "hi", "start": 0, "end": 1e999}',
        b'{"audio": "a.wav", "text": "hi", "start": 0, "end": ' + b"9" * 5000 + b"}",
        b'{"audio": "a.wav", "text": "hi", "end": ' + b"9" * 400 + b"}",
        b'{"audio": "a.wav", "text": "hi", "x": ' + b"[" * 17 + b"]" * 17 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)
def test_a_wrong_line_is_named_by_its_number(line: bytes) -> None:
    good = lines({"audio": "a.wav", "text": "hi"})
    with pytest.raises(TranscriptInvalid, match=r"^Line 2: ") as raised:
        parse_manifest(good + b"\n" + line)
    assert raised.value.code == "invalid-manifest"


def test_a_manifest_without_a_usable_row_is_invalid() -> None:
    with pytest.raises(TranscriptInvalid) as raised:
        parse_manifest(lines({"audio": "a.wav", "text": " "}))
    assert raised.value.code == "no-valid-cue"


def test_rows_are_limited() -> None:
    with pytest.raises(TranscriptInvalid) as raised:
        parse_manifest(lines(*[{"audio": "a.wav", "text": "hi"}] * 3), Limits(cues=2))
    assert raised.value.code == "transcript-too-large"


def test_audio_files_of_one_manifest_are_limited_not_their_rows() -> None:
    rows = [{"audio": f"{number % 3}.wav", "text": "hi"} for number in range(9)]
    assert len(parse_manifest(lines(*rows), Limits(recordings=3))) == 9
    with pytest.raises(TranscriptInvalid) as raised:
        parse_manifest(lines(*rows), Limits(recordings=2))
    assert raised.value.code == "transcript-too-large"
    assert "2 audio files" in raised.value.message
