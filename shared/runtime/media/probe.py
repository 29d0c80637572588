"""What a media file holds, found by decoding it and not by what its header claims."""

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from shared.events.data import AudioLevels
from shared.runtime.media.convert import measure
from shared.runtime.media.sandbox import (
    DEFAULT_LIMITS,
    INPUT_OPTIONS,
    Limits,
    checked_source,
    no_audio_track,
    run,
    unreadable,
)

_DESCRIPTION_BYTES = 200_000
_ENTRIES = "format=format_name:stream=codec_type,codec_name,sample_rate,channels,duration"
# AAC decodes to whole frames; only the container knows where in the last one the sound ends.
_FRAME = 2048


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """The first audio track. `duration` and `levels` are of the samples that decode."""

    duration: float
    sample_rate: int
    channels: int
    codec: str
    format: str
    levels: AudioLevels


def probe(path: Path, limits: Limits = DEFAULT_LIMITS) -> MediaInfo:
    """Decode the first audio track to its end and describe it.

    What the header claims does not count: a file cut short is as long as what is left of it.
    Raises `MediaInvalid` with `unreadable-audio`, `no-audio-track`, `audio-too-long` or
    `audio-too-costly`, and the other errors of the sandbox.
    """
    media_format, tracks = _describe(path, limits)
    audio = next((track for track in tracks if track.get("codec_type") == "audio"), None)
    if audio is None:
        raise no_audio_track()
    sample_rate = int(audio.get("sample_rate", 0))
    sound = measure(path, limits)
    return MediaInfo(
        duration=_without_padding(sound.seconds, audio, sample_rate),
        sample_rate=sample_rate,
        channels=int(audio.get("channels", 0)),
        codec=str(audio.get("codec_name", "unknown")),
        format=media_format,
        levels=sound.levels,
    )


def _describe(path: Path, limits: Limits) -> tuple[str, list[dict[str, str | int]]]:
    """The format's name and the streams, by ffprobe: ffmpeg-python compiles no such command."""
    options = [part for name, value in INPUT_OPTIONS.items() for part in (f"-{name}", value)]
    source = checked_source(path)
    command = ["ffprobe", "-v", "error", *options, "-show_entries", _ENTRIES, "-of", "json", source]
    finished = run(command, limits, output_bytes=_DESCRIPTION_BYTES)
    try:
        description = json.loads(finished.output)
        return str(description["format"]["format_name"]), list(description["streams"])
    except (ValueError, LookupError, TypeError) as fault:
        raise unreadable("ffprobe gave no description") from fault


def _without_padding(measured: float, audio: dict[str, str | int], sample_rate: int) -> float:
    """Believe the container where it claims less than was decoded by no more than a frame."""
    with suppress(KeyError, ValueError, ZeroDivisionError):
        claimed = float(audio["duration"])
        if 0 < measured - claimed <= _FRAME / sample_rate:
            return claimed
    return measured
