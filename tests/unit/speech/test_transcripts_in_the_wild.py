"""Generated cues, written as tools of the world write them, come back as equal cues."""

import html
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.speech.source import TranscriptInvalid, plain
from shared.speech.subtitles import Cue, parse_transcript

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"]
TIMES = [
    "{h:02}:{m:02}:{s:02}.{ms:03}",
    "{h:02}:{m:02}:{s:02},{ms:03}",
    "{h}:{m:02}:{s:02}.{ms:03}",
]
SETTINGS = ["", " align:start position:0%", " X1:100 X2:200 Y1:5 Y2:9", " line:-1 size:80%"]
# Words of these letters mean nothing to any format, and none looks like a number or a time.
LETTERS = st.sampled_from("abcdefgé ß?!.,'ñ")
WIDE = st.characters(
    exclude_categories=["C", "Z", "Nd", "Nl", "No"], exclude_characters="<>&{}\\-:"
)


@dataclass(frozen=True)
class Wild:
    """A cue and how it is written; one that is not `valid` must not come back."""

    cue: Cue
    valid: bool
    dress: str
    identifier: str
    settings: str


@dataclass(frozen=True)
class File:
    """All that one file has in common."""

    extension: str
    encoding: str
    newline: str
    time: str
    notes: bool
    header: str


def texts(letters: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.text(letters, min_size=1, max_size=30).map(plain).filter(bool)


@st.composite
def wild_cues(draw: st.DrawFn, letters: st.SearchStrategy[str]) -> Wild:
    start = draw(st.integers(0, 5000) | st.integers(0, 500 * 3_600_000))
    kind = draw(st.sampled_from(["good", "good", "good", "reversed", "empty", "instant"]))
    length = {"reversed": -draw(st.integers(1, start or 1)), "instant": 0}.get(
        kind, draw(st.integers(1, 100_000))
    )
    if start + length < 0:
        kind, length = "instant", 0
    text = "" if kind == "empty" else draw(texts(letters))
    return Wild(
        cue=Cue(start / 1000, (start + length) / 1000, text),
        valid=kind == "good",
        dress=draw(
            st.sampled_from(["{}", "<i>{}</i>", "<v Ann Lee>{}", "{{\\an8}}{}", "<c.a>{}</c>"])
        ),
        identifier=draw(st.sampled_from(["", "7", "intro", "cue - 1"])),
        settings=draw(st.sampled_from(SETTINGS)),
    )


@st.composite
def files(draw: st.DrawFn) -> tuple[File, list[Wild]]:
    encoding = draw(st.sampled_from(ENCODINGS))
    # Latin-1 has these letters only.
    letters = LETTERS if encoding == "latin-1" else WIDE | LETTERS
    cues = draw(st.lists(wild_cues(letters), min_size=1, max_size=8))
    extension = draw(st.sampled_from(["vtt", "srt"]))
    file = File(
        extension=extension,
        encoding=encoding,
        newline=draw(st.sampled_from(["\n", "\r\n", "\r"])),
        time=draw(st.sampled_from(TIMES)),
        notes=extension == "vtt" and draw(st.booleans()),
        header=draw(st.sampled_from(["WEBVTT", "WEBVTT - a title\nKind: captions"])),
    )
    return file, cues


def written(file: File, cues: list[Wild]) -> bytes:
    """The bytes of the file."""
    blocks = [file.header] if file.extension == "vtt" else []
    if file.notes:
        blocks += ["STYLE\n::cue { color: red }", "NOTE\na remark --> of two\nlines"]
    for number, wild in enumerate(cues, 1):
        span = " --> ".join(time(file, at) for at in (wild.cue.start, wild.cue.end))
        identifier = wild.identifier if file.extension == "vtt" else str(number)
        body = wild.dress.format(html.escape(wild.cue.text, quote=False)) if wild.cue.text else ""
        blocks.append("\n".join(filter(None, [identifier, span + wild.settings, body])))
    return ("\n\n".join(blocks) + "\n").replace("\n", file.newline).encode(file.encoding)


def time(file: File, seconds: float) -> str:
    whole, ms = divmod(round(seconds * 1000), 1000)
    return file.time.format(h=whole // 3600, m=whole // 60 % 60, s=whole % 60, ms=ms)


@given(files())
def test_cues_come_back_equal_and_invalid_ones_not_at_all(made: tuple[File, list[Wild]]) -> None:
    file, cues = made
    data = written(file, cues)
    valid = [wild.cue for wild in cues if wild.valid]
    if not valid:
        with pytest.raises(TranscriptInvalid) as raised:
            parse_transcript(f"a.{file.extension}", data)
        assert raised.value.code == "no-valid-cue"
        return
    parsed = parse_transcript(f"a.{file.extension}", data)
    assert parsed.cues == tuple(sorted(valid, key=lambda cue: (cue.start, cue.end)))
    assert parsed.start == min(cue.start for cue in valid)
    assert parsed.end == max(cue.end for cue in valid)


@given(st.sampled_from(ENCODINGS), st.sampled_from(["\n", "\r\n", "\r"]), st.lists(texts(LETTERS)))
def test_plain_text_comes_back_line_by_line(encoding: str, newline: str, lines: list[str]) -> None:
    data = ("first line" + newline + newline.join(lines)).encode(encoding)
    parsed = parse_transcript("a.txt", data)
    assert parsed.text == "\n".join(["first line", *lines])
    assert (parsed.cues, parsed.start, parsed.end) == (None, None, None)
