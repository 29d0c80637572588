"""From transcripts to segments and the ledger."""

import pytest

from services.trainer.domain import Cut, Manifest, Material, cut, ledger, thinned
from shared.events.data import DataUse, Dropped
from shared.speech.cues import Cue
from shared.speech.manifest import ManifestRow
from shared.speech.subtitles import parse_transcript


def vtt(*spans: tuple[float, float, str]) -> bytes:
    cues = [
        f"00:{s // 60:02.0f}:{s % 60:06.3f} --> 00:{e // 60:02.0f}:{e % 60:06.3f}\n{text}\n"
        for s, e, text in spans
    ]
    return ("WEBVTT\n\n" + "\n".join(cues)).encode()


def cut_of(data: bytes, seconds: float, name: str = "a.vtt") -> Cut:
    return cut("a.wav", "0.pcm", parse_transcript(name, data), seconds)


def test_the_cues_of_a_transcript_are_those_of_its_recording() -> None:
    found = cut_of(vtt((0, 0.4, "euh"), (1, 61, "un deux trois")), 61.0)
    assert found.cues == (Cue(0.0, 0.4, "euh"), Cue(1.0, 61.0, "un deux trois"))


@pytest.mark.parametrize("seconds", [29.5, 3000.0])
def test_a_text_without_times_is_one_cue(seconds: float) -> None:
    found = cut_of(b"Bonjour,\nle monde.\n", seconds, "a.txt")
    assert found.cues == (Cue(0.0, seconds, "Bonjour, le monde."),)


def test_the_ledger_sums_up_each_file_and_reason() -> None:
    drops = [
        Dropped(file="a.wav", reason="no-text", seconds=1.0, spans=[(3, 4)]),
        Dropped(file="b.wav", reason="no-text", seconds=2.0),
        Dropped(file="a.wav", reason="no-text", seconds=0.5, spans=[(1, 1.5)]),
    ]
    assert ledger(drops) == [
        Dropped(file="a.wav", reason="no-text", seconds=1.5, spans=[(1, 1.5), (3, 4)]),
        Dropped(file="b.wav", reason="no-text", seconds=2.0),
    ]


def test_material_keeps_usable_recordings_and_joins_the_engines_ledger() -> None:
    lost = Dropped(file="b.wav", reason="unreadable-audio", seconds=7.0)
    good = Cut("a.wav", "0.pcm", (Cue(0, 3, "a"), Cue(3, 5, "b")), ())
    material = Material.of([good, Cut("b.wav", "1.pcm", (), (lost,))])
    assert [each.name for each in material.recordings] == ["a.wav"]
    assert material.data_use() == DataUse(segments=2, seconds_used=5.0, dropped=[lost])
    theirs = Dropped(file="a.wav", reason="outside-audio", seconds=2.0)
    merged = material.merged(DataUse(segments=1, seconds_used=3.0, dropped=[theirs]))
    assert merged == DataUse(segments=1, seconds_used=3.0, dropped=[lost, theirs])


def row(audio: str, text: str, *span: float) -> ManifestRow:
    return ManifestRow(audio, text, Cue(*span, text) if span else None)


def test_a_manifest_has_the_cues_of_each_recording_in_order() -> None:
    manifest = Manifest(
        [row("a.wav", "two", 1, 2.5), row("b.wav", "else", 0, 9), row("A.WAV", "one", 0, 1)]
    )
    transcript = manifest.transcript("a.wav")
    assert transcript is not None
    assert transcript.cues == (Cue(0, 1, "one"), Cue(1, 2.5, "two"))
    assert (transcript.start, transcript.end, transcript.text) == (0, 2.5, "one\ntwo")


def test_a_manifests_text_without_times_is_that_of_the_whole_recording() -> None:
    manifest = Manifest([row("a.wav", "Bonjour,"), row("a.wav", "le monde.")])
    transcript = manifest.transcript("a.wav")
    assert transcript is not None
    assert cut("a.wav", "0.pcm", transcript, 31).cues == (Cue(0, 31, "Bonjour, le monde."),)


def test_the_cues_of_a_manifest_are_cut_as_those_of_a_transcript() -> None:
    spans = ((0.0, 0.4, "euh"), (1.0, 61.0, "un deux trois quatre"), (61.0, 63.0, "cinq"))
    manifest = Manifest(row("a.wav", text, start, end) for start, end, text in spans)
    transcript = manifest.transcript("a.wav")
    assert transcript is not None
    assert cut("a.wav", "0.pcm", transcript, 63.0) == cut_of(vtt(*spans), 63.0)


@pytest.mark.parametrize(
    ("rows", "name", "text"),
    [
        ([row("talk.mp4", "video")], "Talk.m4a", "video"),
        ([row("a.mp3", "other"), row("A.wav", "exact")], "a.wav", "exact"),
        ([row("a.wav", "timed", 0, 1), row("a.wav", "not")], "a.wav", "timed"),
        ([row("a.wav", "twice", 0, 1)] * 2, "a.wav", "twice"),
        ([row("a.wav", "twice")] * 2, "a.wav", "twice"),
    ],
)
def test_the_rows_that_are_about_a_recording(rows: list[ManifestRow], name: str, text: str) -> None:
    transcript = Manifest(rows).transcript(name)
    assert transcript is not None
    assert transcript.text == text


def test_a_recording_that_a_manifest_does_not_name_has_no_text_there() -> None:
    assert Manifest([row("a.wav", "x")]).transcript("b.wav") is None


@pytest.mark.parametrize("count", [0, 1, 499, 500, 501, 20_000])
def test_a_loss_curve_is_bounded_and_keeps_its_ends(count: int) -> None:
    curve = [(step, 1.0 / (step + 1)) for step in range(count)]
    found = thinned(curve)
    assert len(found) == min(count, 500)
    assert found == sorted(set(found))
    assert found[:1] == curve[:1]
    assert found[-1:] == curve[-1:]
