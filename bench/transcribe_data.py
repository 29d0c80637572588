"""Recordings for the benchmark of transcription."""

import subprocess
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from argot.corpus import Prompt

RATE = 16_000
PAUSES = (0.1, 1.0)


def join(spoken: Sequence[Prompt], seconds: float, folder: Path) -> tuple[list[Prompt], Path]:
    """Prompts in an order by chance, with pauses, until so many seconds are full: 16 kHz PCM."""
    chance = np.random.default_rng(1)
    order = [spoken[number] for number in chance.permutation(len(spoken))]
    taken: list[Prompt] = []
    pcm = folder / f"{order[0].name}-{len(order)}.pcm"
    with pcm.open("wb") as file:
        for prompt in order:
            if file.tell() >= seconds * 2 * RATE:
                break
            file.write(_decoded(prompt.path))
            file.write(bytes(2 * round(chance.uniform(*PAUSES) * RATE)))
            taken.append(prompt)
    return taken, pcm


def text_of(spoken: Sequence[Prompt]) -> str:
    """What is said."""
    return " ".join(each.text for each in spoken)


def as_wav(pcm: Path) -> Path:
    """The same as a `.wav` beside it."""
    path = pcm.with_suffix(".wav")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm.read_bytes())
    return path


def hours(pcm: Path, speech_seconds: float, every: float, times: int) -> Path:
    """The first seconds of a recording and silence, repeated `every` so many seconds, as FLAC."""
    speech = np.fromfile(pcm, "<i2", round(speech_seconds * RATE))
    part = pcm.with_name("part.pcm")
    np.pad(speech, (0, round(every * RATE) - len(speech))).tofile(part)
    path = pcm.with_name("hours.flac")
    source = ["-f", "s16le", "-ar", str(RATE), "-ac", "1", "-stream_loop", str(times - 1)]
    command = ["ffmpeg", "-v", "error", "-y", *source, "-i", str(part), str(path)]
    subprocess.run(command, check=True)
    return path


def _decoded(path: Path) -> bytes:
    form = ["-ar", str(RATE), "-ac", "1", "-f", "s16le", "-"]
    command = ["ffmpeg", "-v", "error", "-i", str(path), *form]
    return subprocess.run(command, check=True, capture_output=True).stdout
