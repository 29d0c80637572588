import pytest

from shared.speech.filenames import (
    DatasetType,
    FileKind,
    UploadType,
    allows,
    dataset_type,
    is_name,
    is_safe,
    kind_of,
    stem,
    stored_name,
)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.wav", FileKind.AUDIO),
        ("A.MP3", FileKind.AUDIO),
        ("a.m4a", FileKind.AUDIO),
        ("a.b.flac", FileKind.AUDIO),
        ("a.Mp4", FileKind.VIDEO),
        ("a.mov", FileKind.VIDEO),
        ("a.mkv", FileKind.VIDEO),
        ("a.webm", FileKind.VIDEO),
        ("a.avi", FileKind.VIDEO),
        ("a.VTT", FileKind.TRANSCRIPT),
        ("a.srt", FileKind.TRANSCRIPT),
        ("a.txt", FileKind.TRANSCRIPT),
        ("a.jsonl", FileKind.MANIFEST),
        ("a.json", None),
        ("a.wav.exe", None),
        ("wav", None),
        (".wav", None),
        ("a.wav ", None),
        ("folder.wav/a", None),
        ("", None),
    ],
)
def test_the_extension_alone_decides_the_kind(name: str, kind: FileKind | None) -> None:
    assert kind_of(name) is kind


@pytest.mark.parametrize(
    ("upload_type", "allowed"),
    [
        (UploadType.AUTO, set(FileKind)),
        (UploadType.AUDIO, {FileKind.AUDIO, FileKind.VIDEO}),
        (UploadType.TRANSCRIPT, {FileKind.TRANSCRIPT}),
    ],
)
def test_an_upload_type_restricts_the_kinds(
    upload_type: UploadType, allowed: set[FileKind]
) -> None:
    assert {kind for kind in FileKind if allows(upload_type, kind)} == allowed


def test_a_video_is_stored_and_listed_as_its_audio() -> None:
    assert stored_name("Talk.v2.MP4") == "Talk.v2.m4a"
    assert stored_name("Talk.WAV") == "Talk.WAV"
    assert dataset_type(FileKind.VIDEO) is DatasetType.AUDIO


@pytest.mark.parametrize(
    ("audio", "transcript"),
    [
        ("Talk1.mp4", "talk1.vtt"),
        ("interview_03.wav", "interview_03.srt"),
        ("clips/a.WAV", "A.txt"),
        ("clips\\a.wav", "a.txt"),
        ("a.b.wav", "a.b.vtt"),
        ("STRASSE.wav", "straße.vtt"),
    ],
)
def test_audio_pairs_with_a_transcript_of_the_same_stem(audio: str, transcript: str) -> None:
    assert stem(audio) == stem(transcript)


def test_only_the_last_extension_is_taken_off_a_stem() -> None:
    assert stem("a.b.wav") != stem("a.vtt")


@pytest.mark.parametrize(
    "name",
    [
        *(
            "a.wav",
            "$(rm) é 日.wav",
            "a/b.wav",
            "..\\..\\b.wav",
            "CON.wav",
            "....wav",
            "a\u202egpj.wav",
        ),
        *("a" * 251 + ".wav", "é" * 125 + "a.wav"),
    ],
)
def test_what_may_be_listed_even_if_it_is_unsafe(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("", "a\x00.wav", "a\n.wav", "a\r\nX: y.wav", "a\x1b[2J.wav", "a\x85.wav", "a\u2028.wav"),
        *("a\ud800.wav", "a" * 252 + ".wav", "é" * 126 + ".wav"),
    ],
)
def test_what_is_no_name(name: str) -> None:
    assert not is_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "a.wav",
        "A-1_b.c.MP3",
        "_a.wav",
        "0.txt",
        "a" * 255,
        "console.wav",
        "com.wav",
        "com10.wav",
        "my-con.wav",
    ],
)
def test_safe_names(name: str) -> None:
    assert is_safe(name)


@pytest.mark.parametrize(
    "name",
    [
        *("audiomass-output (1).mp3", "a b.wav", "a\n.wav", "a.wav\n", "a\x00.wav"),
        *(f"a{character}.wav" for character in ";&|<>\"'`$\\!*?,()[]/:~#%"),
        *("CON.wav", "nul", "Com1.tar.vtt", "lpt9.srt", "aux.", "a\u202egpj.wav", "a\u200f.wav"),
        *("-rf.wav", ".hidden.wav", "..", "", "é.wav", "а.wav", "１.wav", "a" * 256),  # noqa: RUF001
    ],
)
def test_unsafe_names(name: str) -> None:
    assert not is_safe(name)
