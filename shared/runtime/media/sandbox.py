"""Runs ffmpeg on a hostile local file, in a child that can reach nothing and use up little.

The child has a temporary directory and a process group of its own, an environment without
secrets, no network where the kernel lets us take it away, and limits on processor time, memory
and file size. It dies with its parent. Formats and protocols are on lists besides, since a
playlist named `.wav` would otherwise make ffmpeg open what it names.
"""

import re
import resource
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import structlog

from shared.runtime.media.child import Finished, OutputTooLarge, TimedOut, supervise

INPUT_OPTIONS = {
    "protocol_whitelist": "file,pipe",
    "format_whitelist": "wav,mp3,mov,mp4,m4a,flac,matroska,webm,avi",
}
_ISOLATIONS = (("unshare", "--net", "--"), ("unshare", "--map-root-user", "--net", "--"))
_NO_PROGRAM = (126, 127)
# ffmpeg's own exit status after a signal that it caught.
_INTERRUPTED = 255
_NO_TRACK = "matches no streams"
_DISK_FULL = re.compile(
    rb"^(?:.*Error|av_interleaved_write_frame).*: (?:No space left on device|Disk quota exceeded)$",
    re.MULTILINE,
)
_LOCATION = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?/\S+", re.IGNORECASE)

log = structlog.get_logger(__name__)


class MediaInvalid(Exception):
    """The file's own fault. `code` and `message` go to the user, `detail` only to the log.

    Codes: `unreadable-audio`, `no-audio-track`, `audio-too-long`, `audio-too-costly`.
    """

    def __init__(self, code: str, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.detail = detail


class FfmpegUnavailable(Exception):
    """A program that decoding needs is not installed or does not start."""


class NoSpace(Exception):
    """The disk filled up while ffmpeg wrote; the file may be good."""


class DecoderKilled(Exception):
    """The child was ended from outside: out of memory, a shutdown. Worth a bounded retry."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one file may take. `audio_seconds` bounds what is decoded, in its own time.

    Once `unwanted` is set, decoding ends with `Unwanted` within a second.
    """

    audio_seconds: int = 100 * 3600
    wall_seconds: float = 3600
    cpu_seconds: int = 3600
    memory_bytes: int = 2 * 1024**3
    unwanted: threading.Event | None = None


DEFAULT_LIMITS = Limits()


def checked_source(path: Path) -> str:
    """Give the name under which ffmpeg opens the file; `MediaInvalid` unless a regular file.

    A link, a pipe or a device is refused: what it leads to is not what was uploaded.
    """
    mode = path.lstat()
    if not stat.S_ISREG(mode.st_mode) or mode.st_size == 0:
        raise unreadable("empty or no regular file")
    return f"file:{path.absolute()}"


def unreadable(detail: str = "") -> MediaInvalid:
    """Build the error for a file in which no audio can be decoded."""
    return MediaInvalid("unreadable-audio", "The file could not be decoded as audio.", detail)


def no_audio_track() -> MediaInvalid:
    """Build the error for a file that decodes but has no audio."""
    return MediaInvalid("no-audio-track", "The file has no audio track.")


def too_long(limits: Limits) -> MediaInvalid:
    """Build the error for more audio than the limits let pass."""
    hours = f"{limits.audio_seconds / 3600:g}"
    return MediaInvalid("audio-too-long", f"The audio is longer than {hours} hours.")


def run(
    command: Sequence[str],
    limits: Limits,
    *,
    output_bytes: int,
    file_bytes: int = 0,
    taker: Callable[[bytes], None] | None = None,
) -> Finished:
    """Run ffmpeg or ffprobe to its end; it may write so much to its output and to a file.

    `taker` gets the output as it comes, which is not kept then. Call this from a thread that
    lives on meanwhile: the child dies with the thread that began it.
    Raises `MediaInvalid`, `NoSpace`, `DecoderKilled`, `FfmpegUnavailable` or `Unwanted`; whichever
    way it ends, no process is left.
    """
    check_installed()
    before = _children_cpu()
    with tempfile.TemporaryDirectory(prefix="argot-media-") as directory:
        try:
            finished = supervise(
                [*_prefix(limits, file_bytes), *command],
                directory,
                wall_seconds=limits.wall_seconds,
                output_bytes=output_bytes,
                taker=taker,
                unwanted=limits.unwanted,
            )
        except TimedOut as fault:
            raise _too_costly() from fault
        except OutputTooLarge as fault:
            raise too_long(limits) from fault
    # First, as ffmpeg's status is 0 when only the last of its writes failed.
    if _DISK_FULL.search(finished.errors):
        raise NoSpace("ffmpeg could not write all of its output")
    if finished.status != 0:
        raise _fault(finished, limits, _children_cpu() - before)
    return finished


def check_installed() -> None:
    """Raise `FfmpegUnavailable` unless every program that decoding needs is on the path."""
    for program in ("ffmpeg", "ffprobe", "prlimit", "setpriv"):
        if shutil.which(program) is None:
            raise FfmpegUnavailable(f"{program} is not installed")


def _prefix(limits: Limits, file_bytes: int) -> list[str]:
    return [
        *network_isolation(),
        "prlimit",
        f"--cpu={limits.cpu_seconds}",
        f"--as={limits.memory_bytes}",
        f"--fsize={file_bytes}",
        "--core=0",
        "--nofile=64",
        "--",
        *("setpriv", "--no-new-privs", "--pdeathsig", "KILL", "--"),
    ]


@cache
def network_isolation() -> tuple[str, ...]:
    """Give the command that takes the network away; empty, and logged, where not permitted."""
    for isolation in _ISOLATIONS:
        with suppress(OSError, subprocess.TimeoutExpired):
            command = [*isolation, "true"]
            tried = subprocess.run(command, check=False, capture_output=True, timeout=10)
            if tried.returncode == 0:
                return isolation
    log.warning("media_network_not_isolated", consequence="format and protocol lists only")
    return ()


def _fault(finished: Finished, limits: Limits, cpu_seconds: float) -> Exception:
    """Say whose fault an exit status other than 0 is; a signal's number comes negative."""
    status = finished.status
    detail = _LOCATION.sub("…", finished.errors.decode(errors="replace")).strip()
    if status in _NO_PROGRAM:
        return FfmpegUnavailable(detail)
    # The kernel kills by counting ticks, and tells the exact time afterwards.
    if cpu_seconds >= min(0.9 * limits.cpu_seconds, limits.cpu_seconds - 0.5):
        return _too_costly()
    if status in (-signal.SIGKILL, -signal.SIGTERM, _INTERRUPTED):
        return DecoderKilled(f"ended by a signal, status {status}")
    if status == -signal.SIGXFSZ:
        return too_long(limits)
    return no_audio_track() if _NO_TRACK in detail else unreadable(detail)


def _too_costly() -> MediaInvalid:
    return MediaInvalid("audio-too-costly", "Decoding the file took longer than its limit.")


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
