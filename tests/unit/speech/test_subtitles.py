from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.speech.captions import to_srt, to_vtt
from shared.speech.source import plain
from shared.speech.subtitles import (
    Cue,
    Limits,
    TranscriptInvalid,
    parse_manifest,
    parse_transcript,
)

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(plain).filter(bool)
TAGLESS = st.text(st.characters(exclude_characters="<>&{}", exclude_categories=["Cs"]))


@st.composite
def cues(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> Cue:
    start = draw(st.integers(0, 500_000_000))
    length = draw(st.integers(1, 100_000_000))
    return Cue(start / 1000, (start + length) / 1000, draw(texts))


def in_time(cues: list[Cue]) -> tuple[Cue, ...]:
    return tuple(sorted(cues, key=lambda cue: (cue.start, cue.end)))


@given(st.lists(cues(WORDS), min_size=1))
def test_written_as_webvtt_cues_come_back_equal(written: list[Cue]) -> None:
    parsed = parse_transcript("a.vtt", to_vtt(written).encode())
    assert parsed.cues == in_time(written)
    assert parsed.start == min(cue.start for cue in written)
    assert parsed.end == max(cue.end for cue in written)


@given(st.lists(cues(TAGLESS.map(plain).filter(bool)), min_size=1))
def test_written_as_subrip_cues_come_back_equal_but_for_arrows(written: list[Cue]) -> None:
    assert parse_transcript("a.srt", to_srt(written).encode()).cues == in_time(written)


@given(st.sampled_from(["a.vtt", "a.srt", "a.txt"]), st.binary(max_size=2000))
def test_garbage_parses_or_is_invalid(name: str, garbage: bytes) -> None:
    for data in (garbage, b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + garbage):
        with suppress(TranscriptInvalid):
            assert parse_transcript(name, data).text


@given(
    st.binary(max_size=500) | st.text('{}[]":,\\ audiotextstarend0123456789.-eE').map(str.encode)
)
def test_garbage_is_no_manifest(garbage: bytes) -> None:
    with pytest.raises(TranscriptInvalid):
        parse_manifest(garbage)


SUBRIP = """1
00:00:01,000 --> 00:00:02,500 X1:100 Y1:5
<i>Hello</i> {\\an8}<font color="red">there</font>

after a blank line

2
00:00:02,000 --> 00:00:03
- a < b &amp; c
3
100:00:00.5 --> 100:00:01:250
late

4
00:00:09,000 --> 00:00:08,000
reversed

5
00:00:10,000 --> 00:00:11,000

6
-00:00:10,000 --> 00:00:11,000
broken time

7
00:00:05,000 --> 00:00:06, 000
Paris 9:30 --> London
42"""
EXPECTED = (
    Cue(1.0, 2.5, "Hello there after a blank line"),
    Cue(2.0, 3.0, "- a < b & c"),
    Cue(5.0, 6.0, "Paris 9:30 --> London 42"),
    Cue(360000.5, 360001.25, "late"),
)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_subrip_of_the_world(newline: str, encoding: str) -> None:
    parsed = parse_transcript("a.SRT", SUBRIP.replace("\n", newline).encode(encoding))
    assert parsed.cues == EXPECTED
    assert (parsed.start, parsed.end) == (1.0, 360001.25)
    assert parsed.text.splitlines()[1] == "- a < b & c"


def test_webvtt_of_the_world() -> None:
    parsed = parse_transcript(
        "a.vtt",
        b"""WEBVTT - a title
Kind: captions

STYLE
::cue { color: red }

NOTE a remark
of two lines

intro
00:01.000 --> 00:04.000 align:start position:0%
<v Ann>Caf&eacute;<00:00:02.000><c> au</c> lait</v>&lrm;

00:03.500 --> 00:05.000
7

stray
""",
    )
    assert parsed.cues == (Cue(1.0, 4.0, "Café au lait"), Cue(3.5, 5.0, "7"))


def test_latin_1_is_the_fallback() -> None:
    assert parse_transcript("a.txt", "Ça va, «garçon»?".encode("latin-1")).text == (
        "Ça va, «garçon»?"
    )


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("L'été à l'hôpital ".encode() + b"caf\xe9", "L'été à l'hôpital caf\ufffd"),
        ("L'été".encode()[:-1], "L'ét\ufffd"),
        (b"caf\xe9", "café"),
        ("Привет, мир".encode("utf-16-le"), "Привет, мир"),
        ("Привет, мир".encode("utf-16-be"), "Привет, мир"),
        ("你好。世界\n医院".encode("utf-16-le"), "你好。世界\n医院"),
        ("😀 ok".encode("utf-16-be"), "😀 ok"),
    ],
)
def test_encodings_without_a_mark(data: bytes, text: str) -> None:
    assert parse_transcript("a.txt", data).text == text


@given(data=st.binary(min_size=1, max_size=60))
def test_bytes_with_nulls_are_text_of_one_encoding_or_none(data: bytes) -> None:
    with suppress(TranscriptInvalid):
        assert "\x00" not in parse_transcript("a.txt", b"\x00" + data).text
    with pytest.raises(TranscriptInvalid):
        parse_transcript("a.txt", b"\x00" * len(data))


def test_plain_text_has_lines_and_no_times() -> None:
    parsed = parse_transcript("a.txt", b"\xef\xbb\xbf one\t two \r\n\r\n<three>\n")
    assert (parsed.text, parsed.cues, parsed.start, parsed.end) == (
        "one two\n<three>",
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.txt", b"", "empty-transcript"),
        ("a.txt", b" \r\n\t", "empty-transcript"),
        ("a.txt", b"\xef\xbb\xbf", "empty-transcript"),
        ("a.txt", "\u200b\u200b".encode(), "empty-transcript"),
        ("a.vtt", b"", "empty-transcript"),
        ("a.vtt", b"WEBVTT\n\n", "no-valid-cue"),
        ("a.vtt", b"WEBVTT\n\n00:02.000 --> 00:01.000\nno\n", "no-valid-cue"),
        ("a.vtt", b"WEBVTT\n\n00:01.000 --> 00:01.000\nno\n", "no-valid-cue"),
        ("a.srt", b"1\n00:00:01,000 --> 00:00:02,000\n<i></i>\n", "no-valid-cue"),
        ("a.srt", b"only words", "no-valid-cue"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\x00\x01", "unreadable-transcript"),
    ],
)
def test_a_transcript_that_says_nothing_is_invalid(name: str, data: bytes, code: str) -> None:
    with pytest.raises(TranscriptInvalid) as raised:
        parse_transcript(name, data)
    assert raised.value.code == code
    assert raised.value.message


@pytest.mark.parametrize(
    "limits", [Limits(bytes=70), Limits(lines=5), Limits(line_chars=20), Limits(cues=1)]
)
def test_each_limit_holds(limits: Limits) -> None:
    data = to_srt([Cue(0, 1, "one"), Cue(1, 2, "two")]).encode()
    assert parse_transcript("a.srt", data).cues
    with pytest.raises(TranscriptInvalid) as raised:
        parse_transcript("a.srt", data, limits)
    assert raised.value.code == "transcript-too-large"


@pytest.mark.timeout(10)
@pytest.mark.parametrize("evil", ["<", "<a", "{\\", "&", "&#", "1:1-->", "0", "\\", '"', "[", " "])
def test_no_input_takes_more_than_linear_time(evil: str) -> None:
    data = (evil * 900_000)[:900_000].encode()
    for name in ("a.srt", "a.vtt", "a.txt"):
        with_cue = b"00:01.000 --> 00:02.000\ntext " + data
        assert parse_transcript(name, with_cue).text
    with pytest.raises(TranscriptInvalid):
        parse_manifest(data)


def test_only_a_transcript_name_is_taken() -> None:
    with pytest.raises(ValueError, match=r"a\.wav"):
        parse_transcript("a.wav", b"text")


@pytest.mark.parametrize("name", ["a.srt", "a.vtt"])
def test_where_cues_have_no_numbers_a_number_is_text(name: str) -> None:
    said = b"00:00:01,000 --> 00:00:02,000\nborn in\n1984\n\n00:00:03,000 --> 00:00:04,000\nhi\n"

    texts = [cue.text for cue in parse_transcript(name, said).cues or ()]

    assert texts == ["born in 1984", "hi"]
