"""Which prompts are held out, and how the others become recordings with cues."""

import math
import wave
from array import array
from itertools import pairwise
from pathlib import Path

import pytest

from argot.corpus import Prompt
from argot.demo.recordings import SILENCE_SECONDS, join, split
from shared.speech.subtitles import parse_transcript

RATE = 8000


def prompt(folder: Path, number: int, text: str = "", seconds: float = 1.0) -> Prompt:
    path = folder / f"prompt-{number}.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(array("h", [1000 + number] * round(seconds * RATE)).tobytes())
    return Prompt(f"prompt-{number}", path, text or f"phrase {number}", seconds)


def test_a_quarter_is_held_out_and_the_choice_is_always_the_same(tmp_path: Path) -> None:
    prompts = [prompt(tmp_path, number) for number in range(40)]
    training, held_out = split(prompts, "fr")
    assert len(held_out) == 10
    assert sorted(map(id, training + held_out)) == sorted(map(id, prompts))
    assert split(prompts[::-1], "fr") == (training, held_out)
    assert {each.name for each in held_out} != {each.name for each in prompts[:10]}


def test_equal_sentences_are_on_one_side(tmp_path: Path) -> None:
    prompts = [
        prompt(tmp_path, number, f"{'Phrase' if number % 2 else 'phrase'} {number // 4}!")
        for number in range(80)
    ]
    training, held_out = split(prompts, "fr")
    assert len(held_out) == 20
    known = {each.text.lower() for each in training}
    assert not known & {each.text.lower() for each in held_out}


def test_cues_fit_what_is_spoken(tmp_path: Path) -> None:
    prompts = [
        prompt(tmp_path, number, f"l'heure <{number}> & plus", 0.7 + number / 10)
        for number in range(4)
    ]
    (recording,) = join(prompts, tmp_path)
    transcript = parse_transcript("x.vtt", recording.transcript.read_bytes())
    with wave.open(str(recording.audio), "rb") as file:
        assert file.getframerate() == RATE
        samples = array("h", file.readframes(file.getnframes()))

    assert transcript.cues is not None
    assert [cue.text for cue in transcript.cues] == [each.text for each in prompts]
    for number, cue in enumerate(transcript.cues):
        spoken = samples[math.ceil(cue.start * RATE) : math.floor(cue.end * RATE)]
        assert set(spoken[8:-8]) == {1000 + number}
    for before, after in pairwise(transcript.cues):
        assert after.start - before.end == pytest.approx(SILENCE_SECONDS, abs=0.002)
        assert not any(samples[round(before.end * RATE) + 8 : round(after.start * RATE) - 8])
    assert recording.speech_seconds == pytest.approx(sum(each.seconds for each in prompts))
    assert recording.audio.stem == recording.transcript.stem


def test_recordings_have_ten_to_twenty_prompts(tmp_path: Path) -> None:
    prompts = [prompt(tmp_path, number, seconds=0.01) for number in range(221)]
    folder = tmp_path / "joined"
    folder.mkdir()
    recordings = join(prompts, folder)
    counts = [each.transcript.read_text().count("-->") for each in recordings]
    assert sum(counts) == 221
    assert all(10 <= count <= 20 for count in counts)
    assert len({each.audio.name for each in recordings}) == len(recordings)
