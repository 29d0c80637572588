"""Whose turn it is: organisations share the workers, and short jobs do not wait for long ones."""

from typing import Literal

from shared.speech.filenames import extension

Line = Literal["short", "long"]

SHORT_SECONDS = 600
BYTES_A_SECOND = {
    "wav": 75_000,
    "flac": 40_000,
    "mp3": 16_000,
    "m4a": 16_000,
    "webm": 6_000,
    "mkv": 6_000,
}
"""Between what speech takes and what studios make, each about three times less or more.

The last two hold films, or what browsers record: sound alone, in a fiftieth of the bytes. A film
that is taken for hours of sound waits too long; hours of sound that are taken for a clip let all
others wait.
"""
VIDEO_BYTES_A_SECOND = 250_000


def guessed_seconds(name: str, size: int) -> int:
    """How long the audio may be, at least 1; only decoding will tell.

    A guess by the kind of file is some times too long or too short. Bytes alone would say that a
    minute of video is an hour of MP3.
    """
    return max(1, size // BYTES_A_SECOND.get(extension(name), VIDEO_BYTES_A_SECOND))


def line_for(seconds: int) -> Line:
    """The one of its organisation's two lines that a job of so much audio waits in."""
    return "short" if seconds <= SHORT_SECONDS else "long"


def turn(clock: int, ahead: int, seconds: int) -> int:
    """When a new job's turn is: jobs begin in order of their turns, lowest first.

    `clock` is the turn of the last job that began, `ahead` that of the last one in the new one's
    line, 0 where none waits. So each line gets the same seconds of audio, and before a job there
    begin, of each other line, one job and as many seconds as its own line has with it.
    """
    return max(clock, ahead) + seconds
