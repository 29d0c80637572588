"""Hostile media turned into what the rest of the system may open: mono 16 kHz AAC or PCM."""

from pathlib import Path
from typing import Any, NamedTuple

import ffmpeg

from shared.events.data import AudioLevels
from shared.runtime.media import levels
from shared.runtime.media.levels import SAMPLE_RATE
from shared.runtime.media.sandbox import (
    DEFAULT_LIMITS,
    INPUT_OPTIONS,
    Limits,
    checked_source,
    run,
    too_long,
    unreadable,
)

_BYTES_PER_SECOND = 2 * SAMPLE_RATE
# 48 kbit/s, its containers and the encoder's overshoot in short spans.
_AAC_BYTES_PER_SECOND = 9_000
_SLACK_BYTES = 1024 * 1024
_PCM = {"format": "s16le", "acodec": "pcm_s16le", "ac": 1, "ar": SAMPLE_RATE}
# Silence where the track begins later than the video or pauses, so that cues stay in place.
_ON_THE_TIMELINE = "aresample=async=1:first_pts=0"


class Sound(NamedTuple):
    """What an audio track holds, by its samples; `seconds` long."""

    seconds: float
    levels: AudioLevels


def measure(source: Path, limits: Limits = DEFAULT_LIMITS) -> Sound:
    """Decode the first audio track, and measure its samples.

    Raises as `decode_pcm` does; writes nothing.
    """
    output = _track(source).output("-", format="null", af=levels.FILTERS, **_bounds(limits))
    return _measured(output, limits, file_bytes=0)


def decode_pcm(source: Path, target: Path, limits: Limits = DEFAULT_LIMITS) -> float:
    """Decode the first audio track to a raw file, 16-bit little-endian mono 16 kHz.

    Returns its length in seconds. On any error `target` is gone: `MediaInvalid` for what is the
    file's fault, `NoSpace`, `DecoderKilled`, `FfmpegUnavailable`.
    """
    output = _track(source).output(
        f"file:{target.absolute()}", af=_ON_THE_TIMELINE, **_PCM, **_bounds(limits)
    )
    most = (limits.audio_seconds + 1) * _BYTES_PER_SECOND + _SLACK_BYTES
    try:
        run(_command(output), limits, output_bytes=0, file_bytes=most)
        return _seconds(target.stat().st_size // 2, limits)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def extract_audio(source: Path, target: Path, limits: Limits = DEFAULT_LIMITS) -> Sound:
    """Write the first audio track as mono 16 kHz AAC in an `.m4a` whose index comes first.

    Returns what is told by the samples that went into it. A video without audio is a
    `MediaInvalid` with `no-audio-track`; else raises as `decode_pcm` does, and on any error
    `target` is gone.
    """
    track = _track(source)
    audio = track.output(
        f"file:{target.absolute()}",
        format="ipod",
        acodec="aac",
        audio_bitrate="48k",
        ac=1,
        ar=SAMPLE_RATE,
        movflags="+faststart",
        map_metadata=-1,
        map_chapters=-1,
        af=_ON_THE_TIMELINE,
        **_bounds(limits),
    )
    filters = f"{_ON_THE_TIMELINE},{levels.FILTERS}"
    measured = track.output("-", format="null", af=filters, **_bounds(limits))
    most = (limits.audio_seconds + 1) * _AAC_BYTES_PER_SECOND + _SLACK_BYTES
    try:
        return _measured(ffmpeg.merge_outputs(audio, measured), limits, file_bytes=most)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _track(source: Path) -> Any:
    return ffmpeg.input(checked_source(source), threads=1, **INPUT_OPTIONS)["a:0"]


def _bounds(limits: Limits) -> dict[str, object]:
    """What every output has: no picture, and a second over the limit so that it shows."""
    return {"t": limits.audio_seconds + 1, "vn": None, "sn": None, "dn": None}


def _command(output: Any) -> list[str]:
    quiet = output.global_args("-nostdin", "-hide_banner", "-loglevel", "error")
    command: list[str] = quiet.compile(overwrite_output=True)
    return command


def _measured(output: Any, limits: Limits, *, file_bytes: int) -> Sound:
    """Run a command that tells of each tenth of a second on its output."""
    meter = levels.Meter()
    most = (limits.audio_seconds + 1) * levels.BYTES_PER_SECOND + _SLACK_BYTES
    run(_command(output), limits, output_bytes=most, file_bytes=file_bytes, taker=meter.take)
    found = meter.levels()
    return Sound(_seconds(meter.samples, limits), found)


def _seconds(samples: int, limits: Limits) -> float:
    seconds = samples / SAMPLE_RATE
    if not seconds:
        raise unreadable("no sample decoded")
    if seconds > limits.audio_seconds:
        raise too_long(limits)
    return seconds
