"""Files made to read, fetch, fill or last; each is refused, and nothing it wants happens."""

import os
import struct
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.runtime.media.convert import decode_pcm, extract_audio, measure
from shared.runtime.media.probe import probe
from shared.runtime.media.sandbox import Limits, MediaInvalid

Make = Callable[..., Path]
Opener = Callable[[Path, Path], object]
LimitedOpener = Callable[[Path, Path, Limits], object]
OPENERS = [
    pytest.param(lambda source, _: probe(source), id="probe"),
    pytest.param(lambda source, _: measure(source), id="measure"),
    pytest.param(extract_audio, id="extract_audio"),
    pytest.param(decode_pcm, id="decode_pcm"),
]
EXTENSIONS = ["wav", "mp3", "m4a", "mp4", "mkv", "m3u8"]


def playlist(location: str) -> str:
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{location}\n#EXT-X-ENDLIST\n"


def assert_refused(opener: Opener, source: Path, code: str = "unreadable-audio") -> None:
    target = source.with_name("target")
    with pytest.raises(MediaInvalid) as raised:
        opener(source, target)
    assert raised.value.code == code
    assert not target.exists()


@pytest.mark.parametrize("opener", OPENERS)
@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_playlist_does_not_open_another_tenants_file(
    make: Make, tmp_path: Path, opener: Opener, extension: str
) -> None:
    victim = make("victim.ts")
    source = tmp_path / f"a.{extension}"
    source.write_text(playlist(str(victim)))
    assert_refused(opener, source)


@pytest.mark.parametrize("opener", OPENERS)
@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_concat_script_does_not_open_its_neighbour(
    make: Make, tmp_path: Path, opener: Opener, extension: str
) -> None:
    make("victim.wav")
    source = tmp_path / f"a.{extension}"
    source.write_text("ffconcat version 1.0\nfile victim.wav\n")
    assert_refused(opener, source)


@pytest.mark.parametrize("opener", OPENERS)
@pytest.mark.parametrize("extension", EXTENSIONS)
def test_no_file_makes_a_request(
    tmp_path: Path, visits: tuple[str, list[str]], opener: Opener, extension: str
) -> None:
    address, paths = visits
    for text in (
        playlist(f"{address}/a.ts"),
        f"ffconcat version 1.0\nfile {address}/a.wav\n",
        f"<MPD><Period><AdaptationSet><Representation><BaseURL>{address}/a.mp4</BaseURL>",
        f"v=0\nc=IN IP4 {address}\nm=audio 0 RTP/AVP 0\n",
    ):
        source = tmp_path / f"a.{extension}"
        source.write_text(text)
        assert_refused(opener, source)
    assert paths == []


@pytest.mark.parametrize("opener", OPENERS)
def test_a_playlist_inside_an_avi_subtitle_is_not_followed(
    tmp_path: Path, visits: tuple[str, list[str]], opener: Opener
) -> None:
    address, paths = visits
    text = playlist(f"{address}/a.ts").encode()
    packet = b"GAB2\0" + struct.pack("<HIHHI", 2, 0, 0, 4, len(text)) + text
    header = struct.pack("<4s4sIHHIIIIIIII8x", b"txts", bytes(4), 0, 0, 0, 0, 1, 1, 0, 1, 0, 0, 0)
    stream = b"LIST" + sized(b"strl" + b"strh" + sized(header) + b"strf" + sized(b""))
    movie = b"LIST" + sized(b"movi" + b"00tx" + sized(packet))
    main = b"LIST" + sized(b"hdrl" + b"avih" + sized(struct.pack("<14I", *[1] * 14)) + stream)
    source = tmp_path / "a.avi"
    source.write_bytes(b"RIFF" + sized(b"AVI " + main + movie))
    with pytest.raises(MediaInvalid):
        opener(source, tmp_path / "target")
    assert paths == []


def sized(body: bytes) -> bytes:
    return struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


@pytest.mark.parametrize("opener", OPENERS)
def test_a_link_a_pipe_and_a_folder_are_refused(make: Make, tmp_path: Path, opener: Opener) -> None:
    victim = make("victim.wav")
    link, pipe, folder = tmp_path / "a.wav", tmp_path / "b.wav", tmp_path / "c.wav"
    link.symlink_to(victim)
    os.mkfifo(pipe)
    folder.mkdir()
    for source in (link, pipe, folder):
        assert_refused(opener, source)


@pytest.mark.parametrize("opener", OPENERS)
def test_a_name_is_never_an_option_or_a_protocol(
    make: Make, tmp_path: Path, opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("-version.wav", "http:x.wav", "concat:a|b.wav", "a%03d.wav", "a b'$(c).wav"):
        source = make("plain.wav").rename(tmp_path / name)
        opener(Path(source.name), tmp_path / "target")


def test_a_claimed_length_does_not_count(make: Make) -> None:
    wav, flac, m4a = make("a.wav", seconds=2), make("a.flac", seconds=2), make("a.m4a", seconds=2)
    data = bytearray(wav.read_bytes())
    at = data.index(b"data") + 4
    data[at : at + 4] = struct.pack("<I", 0xFFFF_FF00)
    wav.write_bytes(data)
    data = bytearray(flac.read_bytes())
    # The low 32 of the 36 bits of STREAMINFO's number of samples.
    data[22:26] = struct.pack(">I", 0xFFFF_FFFF)
    flac.write_bytes(data)
    data = bytearray(m4a.read_bytes())
    for box, offset in ((b"mvhd", 20), (b"mdhd", 20), (b"tkhd", 24)):
        at = data.index(box) + offset
        data[at : at + 4] = struct.pack(">I", 0x7FFF_FFFF)
    m4a.write_bytes(data)
    for path in (wav, flac, m4a):
        assert probe(path).duration == pytest.approx(2, abs=0.05)


@pytest.mark.parametrize("opener", [extract_audio, decode_pcm])
def test_a_small_file_of_hours_of_silence_stops_at_the_limit(
    tmp_path: Path, opener: LimitedOpener
) -> None:
    source = tmp_path / "bomb.flac"
    silence = "anullsrc=r=8000:cl=mono,atrim=duration=14400"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", silence, "-frame_size", "16384"]
    subprocess.run([*command, str(source)], check=True)
    assert source.stat().st_size < 300_000
    limits = Limits(audio_seconds=60)
    began = time.monotonic()
    with pytest.raises(MediaInvalid) as raised:
        opener(source, tmp_path / "target", limits)
    assert raised.value.code == "audio-too-long"
    assert time.monotonic() - began < 10
    assert not (tmp_path / "target").exists()
    with pytest.raises(MediaInvalid, match="longer than"):
        probe(source, limits)


def test_a_gap_in_time_is_not_audio(make: Make, tmp_path: Path) -> None:
    gap = "asetpts='if(gt(N,20),PTS+36000/TB,PTS)'"
    source = make("a.mkv", "-af", gap, "-c:a", "flac", seconds=3)
    assert probe(source).duration == pytest.approx(3, abs=0.05)
    with pytest.raises(MediaInvalid) as raised:
        decode_pcm(source, tmp_path / "target", Limits(audio_seconds=3600))
    assert raised.value.code == "audio-too-long"
