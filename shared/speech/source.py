"""From a transcript's hostile bytes to lines of text, within limits."""

import codecs
import re
import unicodedata
from dataclasses import dataclass

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    # Before UTF-16, whose little-endian mark is the beginning of this one.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_GUESSED_FROM = 2048
_FEW_NULLS = 2
"""In UTF-16 the other half of the bytes has a null now and then: that of U+4E00, a Chinese one."""
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
# Control characters but the whitespace among them; marks of direction and of no width. The
# joiners U+200C and U+200D stay: they are spelling in Persian and in Indic scripts.
_INVISIBLE = dict.fromkeys(
    [
        *(code for code in range(0x20) if not chr(code).isspace()),
        *range(0x7F, 0xA0),
        *(0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        *range(0xD800, 0xE000),
    ]
)
del _INVISIBLE[0x85]


class TranscriptInvalid(Exception):
    """The transcript's own fault. `code` and `message` go to the user as they are."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one transcript may hold: a hundred hours of speech pass with room to spare.

    `line_chars` is wide because plain transcripts often are one line; `recordings` are those that
    one manifest names.
    """

    bytes: int = 20 * 1024 * 1024
    lines: int = 1_000_000
    line_chars: int = 1_000_000
    cues: int = 200_000
    nesting: int = 16
    recordings: int = 10_000


DEFAULT_LIMITS = Limits()


def read_lines(data: bytes, limits: Limits) -> list[str]:
    """Decode and split at any line end. `TranscriptInvalid` when binary, empty or too large."""
    if len(data) > limits.bytes:
        raise too_large(f"{limits.bytes:,} bytes")
    text = decode(data)
    if "\x00" in text:
        raise TranscriptInvalid("unreadable-transcript", "The file is not text.")
    if not text or text.isspace():
        raise TranscriptInvalid("empty-transcript", "The transcript is empty.")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") >= limits.lines:
        raise too_large(f"{limits.lines:,} lines")
    lines = text.split("\n")
    if max(map(len, lines)) > limits.line_chars:
        raise too_large(f"{limits.line_chars:,} characters in one line")
    return lines


def decode(data: bytes) -> str:
    """By its byte order mark, else UTF-16 if half of its bytes tell so, UTF-8, Latin-1.

    Never fails: what the encoding cannot decode becomes U+FFFD. Text that is cut within a letter,
    or has a wrong byte here and there, is UTF-8 still.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    if guessed := _unmarked_utf16(data[:_GUESSED_FROM]):
        return data.decode(guessed, errors="replace")
    text = data.decode("utf-8", errors="replace")
    wrong = text.count("\ufffd")
    # In Latin-1 a letter beyond ASCII hardly ever makes a sequence of UTF-8.
    if wrong * 2 <= len(_BEYOND_ASCII.findall(text)):
        return text
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _unmarked_utf16(sample: bytes) -> str | None:
    """The byte order by the nulls of ASCII letters, spaces and line ends; None for other bytes."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) <= _FEW_NULLS * min(even, odd):
        return None
    encoding = "utf-16-be" if even > odd else "utf-16-le"
    text = sample[: len(sample) // 2 * 2].decode(encoding, errors="replace")
    # The last letter may be cut in half.
    return encoding if text and all(map(_is_written, text.removesuffix("\ufffd"))) else None


def _is_written(letter: str) -> bool:
    if letter.isspace():
        return True
    return letter != "\ufffd" and unicodedata.category(letter) not in {"Cc", "Cn", "Co", "Cs"}


def plain(text: str) -> str:
    """One line with single spaces, without control characters, marks and lone surrogates."""
    return " ".join(text.translate(_INVISIBLE).split())


def too_large(most: str) -> TranscriptInvalid:
    """Build the error for a transcript over one of its limits."""
    return TranscriptInvalid("transcript-too-large", f"The transcript has more than {most}.")
