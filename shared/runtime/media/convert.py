"""Hostile media turned into what the rest of the system may open: mono 16 kHz AAC or PCM."""

from pathlib import Path
from typing import Any

import ffmpeg

from shared.runtime.media.sandbox import (
    DEFAULT_LIMITS,
    INPUT_OPTIONS,
    Limits,
    checked_source,
    run,
    too_long,
    unreadable,
)

SAMPLE_RATE = 16_000
_BYTES_PER_SECOND = 2 * SAMPLE_RATE
# 48 kbit/s, its containers and the encoder's overshoot in short spans.
_AAC_BYTES_PER_SECOND = 9_000
_SLACK_BYTES = 1024 * 1024
_PCM = {"format": "s16le", "acodec": "pcm_s16le", "ac": 1, "ar": SAMPLE_RATE}
# Silence where the track begins later than the video or pauses, so that cues stay in place.
_ON_THE_TIMELINE = {"af": "aresample=async=1:first_pts=0"}


def measure(source: Path, limits: Limits = DEFAULT_LIMITS) -> float:
    """Decode the first audio track and count its samples: its length in seconds.

    Raises as `decode_pcm` does; writes nothing.
    """
    output = _track(source).output("pipe:1", **_PCM, **_bounds(limits))
    return _decoded(output, limits, file_bytes=0)


def decode_pcm(source: Path, target: Path, limits: Limits = DEFAULT_LIMITS) -> float:
    """Decode the first audio track to a raw file, 16-bit little-endian mono 16 kHz.

    Returns its length in seconds. On any error `target` is gone: `MediaInvalid` for what is the
    file's fault, `NoSpace`, `DecoderKilled`, `FfmpegUnavailable`.
    """
    output = _track(source).output(
        f"file:{target.absolute()}", **_PCM, **_ON_THE_TIMELINE, **_bounds(limits)
    )
    most = (limits.audio_seconds + 1) * _BYTES_PER_SECOND + _SLACK_BYTES
    try:
        run(_command(output), limits, output_bytes=0, file_bytes=most)
        return _seconds(target.stat().st_size, limits)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def extract_audio(source: Path, target: Path, limits: Limits = DEFAULT_LIMITS) -> float:
    """Write the first audio track as mono 16 kHz AAC in an `.m4a` whose index comes first.

    Returns its length in seconds, counted in the samples that went into it. A video without
    audio is a `MediaInvalid` with `no-audio-track`; else raises as `decode_pcm` does, and on
    any error `target` is gone.
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
        **_ON_THE_TIMELINE,
        **_bounds(limits),
    )
    counted = track.output("pipe:1", **_PCM, **_ON_THE_TIMELINE, **_bounds(limits))
    most = (limits.audio_seconds + 1) * _AAC_BYTES_PER_SECOND + _SLACK_BYTES
    try:
        return _decoded(ffmpeg.merge_outputs(audio, counted), limits, file_bytes=most)
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


def _decoded(output: Any, limits: Limits, *, file_bytes: int) -> float:
    """Run a command that writes PCM to its output, which is counted and not kept."""
    most = (limits.audio_seconds + 1) * _BYTES_PER_SECOND + _SLACK_BYTES
    finished = run(_command(output), limits, output_bytes=most, file_bytes=file_bytes)
    return _seconds(finished.output_bytes, limits)


def _seconds(pcm_bytes: int, limits: Limits) -> float:
    seconds = pcm_bytes / _BYTES_PER_SECOND
    if not seconds:
        raise unreadable("no sample decoded")
    if seconds > limits.audio_seconds:
        raise too_long(limits)
    return seconds
