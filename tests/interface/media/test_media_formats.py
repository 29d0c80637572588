"""The supported formats, as ffmpeg itself writes them: opened, measured and converted."""

from array import array
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from shared.runtime.media.convert import decode_pcm, extract_audio
from shared.runtime.media.probe import MediaInfo, probe
from shared.runtime.media.sandbox import MediaInvalid

Make = Callable[..., Path]
AUDIO = ["wav", "mp3", "m4a", "flac"]
VIDEO = ["mp4", "mov", "mkv", "webm", "avi"]
SECONDS = 3.3


@pytest.mark.parametrize("extension", AUDIO + VIDEO)
def test_every_supported_format_opens_and_measures_right(
    make: Make, tmp_path: Path, extension: str
) -> None:
    source = make(f"a.{extension}", seconds=SECONDS, video=extension in VIDEO)
    info = probe(source)
    assert info.duration == pytest.approx(SECONDS, abs=0.05)
    assert info.sample_rate in {44100, 48000}
    assert info.channels == 1
    pcm = tmp_path / "a.raw"
    seconds = decode_pcm(source, pcm)
    assert seconds == pytest.approx(SECONDS, abs=0.05)
    assert pcm.stat().st_size == round(seconds * 32_000)


@pytest.mark.parametrize("extension", VIDEO)
def test_a_video_becomes_mono_16_khz_aac_with_its_index_first(
    make: Make, tmp_path: Path, extension: str
) -> None:
    source = make(f"a.{extension}", "-ac", "2", seconds=SECONDS, video=True)
    target = tmp_path / "stored"
    assert extract_audio(source, target).seconds == pytest.approx(SECONDS, abs=0.05)
    info = probe(target)
    assert info.duration == pytest.approx(SECONDS, abs=0.05)
    assert info == MediaInfo(
        info.duration, 16_000, 1, "aac", "mov,mp4,m4a,3gp,3g2,mj2", info.levels
    )
    head = target.read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")


def test_pcm_is_the_sound_itself(make: Make, tmp_path: Path) -> None:
    pcm = tmp_path / "a.raw"
    decode_pcm(make("a.wav", "-ar", "16000", seconds=1), pcm)
    samples = array("h", pcm.read_bytes())
    assert len(samples) == 16_000
    crossings = sum((a < 0) != (b < 0) for a, b in pairwise(samples))
    assert crossings == pytest.approx(2 * 440, abs=2)


def test_audio_that_begins_later_than_the_video_stays_in_place(make: Make, tmp_path: Path) -> None:
    late = make("tone.wav", seconds=2)
    source = make("a.mp4", "-itsoffset", "1", "-i", str(late), "-map", "1:v", "-map", "2:a",
                  seconds=3, video=True)  # fmt: skip
    pcm, stored = tmp_path / "a.raw", tmp_path / "a.m4a"
    assert decode_pcm(source, pcm) == pytest.approx(3, abs=0.05)
    assert extract_audio(source, stored).seconds == pytest.approx(3, abs=0.05)
    for path in (source, stored):
        decode_pcm(path, pcm)
        samples = array("h", pcm.read_bytes())
        assert max(map(abs, samples[: int(0.9 * 16_000)])) < 100
        assert max(map(abs, samples[int(1.1 * 16_000) : 20_000])) > 1000


def test_the_first_audio_track_counts_and_a_cover_picture_does_not(make: Make) -> None:
    cover = make("cover.png", "-map", "1:v", "-frames:v", "1", video=True)
    source = make("a.mp3", "-i", str(cover), "-map", "0:a", "-map", "1:v", seconds=SECONDS)
    assert probe(source).codec == "mp3"
    assert probe(source).duration == pytest.approx(SECONDS, abs=0.05)


def test_a_video_without_audio_has_no_audio_track(make: Make, tmp_path: Path) -> None:
    source = make("a.mp4", "-map", "1:v", video=True)
    for attempt in (
        lambda: probe(source),
        lambda: extract_audio(source, tmp_path / "out"),
        lambda: decode_pcm(source, tmp_path / "out"),
    ):
        with pytest.raises(MediaInvalid) as raised:
            attempt()
        assert raised.value.code == "no-audio-track"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", [b"", b"just some text\n" * 50, b"RIFF", b"\x00" * 5000])
def test_what_is_no_media_is_unreadable(tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "a.wav"
    source.write_bytes(content)
    with pytest.raises(MediaInvalid) as raised:
        probe(source)
    assert raised.value.code == "unreadable-audio"
    assert str(tmp_path) not in raised.value.message + raised.value.detail


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.mp3", "a.mkv"])
def test_a_file_cut_short_is_as_long_as_what_is_left(make: Make, name: str) -> None:
    source = make(name, seconds=10)
    data = source.read_bytes()
    source.write_bytes(data[: len(data) // 2])
    assert 3 < probe(source).duration < 6


def test_a_video_cut_before_its_index_is_unreadable(make: Make) -> None:
    source = make("a.mp4", video=True)
    source.write_bytes(source.read_bytes()[:2000])
    with pytest.raises(MediaInvalid, match="could not be decoded"):
        probe(source)
