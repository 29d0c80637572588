"""Levels as they are told of real files, against the samples themselves."""

import subprocess
from array import array
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.runtime.media.convert import decode_pcm, extract_audio, measure
from shared.runtime.media.probe import probe

Make = Callable[..., Path]


def made(path: Path, sound: str, *options: str) -> Path:
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", sound, *options, str(path)]
    subprocess.run(command, check=True)
    return path


def test_levels_are_those_of_the_samples(tmp_path: Path) -> None:
    loud = "sine=440:sample_rate=16000:duration=2,volume=24dB"
    source = made(tmp_path / "a.wav", f"{loud},apad=pad_dur=3.05")
    pcm = tmp_path / "a.pcm"
    seconds = decode_pcm(source, pcm)
    samples = array("h", pcm.read_bytes())
    full = sum(sample in {-32768, 32767} for sample in samples)
    assert full > 0.1 * len(samples)
    info = probe(source)
    assert info.duration == seconds == 5.05
    assert info.levels.peak == 1.0
    assert info.levels.clipping == pytest.approx(full / len(samples), abs=1e-6)
    assert info.levels.silence == pytest.approx(31 / 51, abs=1e-6)


@pytest.mark.parametrize(("decibels", "silence"), [(-25, 0.0), (-49, 1.0)])
def test_silence_begins_below_50_decibels(tmp_path: Path, decibels: int, silence: float) -> None:
    """The tone is 18 dB below full scale, 21 dB by its mean power."""
    tone = f"sine=440:sample_rate=16000:duration=1,volume={decibels}dB"
    levels = measure(made(tmp_path / "a.wav", tone)).levels
    assert (levels.silence, levels.clipping) == (silence, 0.0)
    assert levels.peak == pytest.approx(0.125 * 10 ** (decibels / 20), abs=1e-3)


def test_clipping_outlives_another_rate_and_a_lossy_codec(tmp_path: Path) -> None:
    tone = "sine=300:sample_rate=44100:duration=3,volume=30dB"
    for name in ("a.wav", "a.flac", "a.mp3"):
        assert measure(made(tmp_path / name, tone)).levels.clipping > 0.2
    assert measure(made(tmp_path / "b.mp3", "sine=300:duration=3")).levels.clipping == 0.0


def test_a_video_is_measured_as_what_is_kept_of_it(make: Make, tmp_path: Path) -> None:
    source = make("a.mp4", seconds=2, video=True)
    sound = extract_audio(source, tmp_path / "a.m4a")
    assert sound.seconds == pytest.approx(2, abs=0.05)
    assert sound.levels.peak == pytest.approx(0.125, abs=0.02)
    assert sound.levels.silence == pytest.approx(0, abs=0.06)


def test_metadata_of_a_file_is_no_measurement(tmp_path: Path) -> None:
    forged = ["-metadata", "lavfi.astats.Overall.Number_of_samples=999999999"]
    for name in ("a.wav", "a.flac", "a.m4a", "a.mp3", "a.mkv"):
        source = made(tmp_path / name, "sine=440:duration=1", *forged)
        assert measure(source).seconds == pytest.approx(1, abs=0.1)
