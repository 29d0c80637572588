"""The recordings of the training benchmark: prompts, singly and joined."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from argot.corpus import Language, Prompt, prompts
from argot.demo.recordings import split
from services.trainer.engine.recording import BYTES_PER_SAMPLE, SAMPLE_RATE, Recording, Segment

LONGEST_SECONDS = 28.0
SILENCE_SECONDS = 0.3


@dataclass(frozen=True)
class Speech:
    """What is trained on, in two shapes of the same audio, and what is held out."""

    short: tuple[Recording, ...]
    long: tuple[Recording, ...]
    held_out: tuple[Recording, ...]


def seconds(recordings: Sequence[Recording]) -> float:
    """Seconds of segments."""
    return sum(each.end - each.start for one in recordings for each in one.segments)


def speech(language: Language, folder: Path) -> Speech:
    """Decode the prompts into `folder`: three quarters to train on, the rest held out."""
    training, held_out = split(prompts(language), language)
    short = tuple(_decoded(prompt, folder) for prompt in training)
    return Speech(short, _joined(short, folder), tuple(_decoded(each, folder) for each in held_out))


def _decoded(prompt: Prompt, folder: Path) -> Recording:
    pcm = folder / f"{prompt.name}.pcm"
    source = ["ffmpeg", "-v", "error", "-y", "-i", str(prompt.path)]
    form = ["-ar", str(SAMPLE_RATE), "-ac", "1", "-f", "s16le", str(pcm)]
    subprocess.run([*source, *form], check=True)
    end = pcm.stat().st_size / BYTES_PER_SAMPLE / SAMPLE_RATE
    return Recording(f"{prompt.name}.wav", pcm, (Segment(0.0, end, prompt.text),))


def _joined(short: Sequence[Recording], folder: Path) -> tuple[Recording, ...]:
    """Recordings of about 25 s, each one segment."""
    groups: list[list[Recording]] = [[]]
    filled = 0.0
    for each in short:
        if groups[-1] and filled + each.seconds > LONGEST_SECONDS:
            groups.append([])
            filled = 0.0
        groups[-1].append(each)
        filled += each.seconds + SILENCE_SECONDS
    return tuple(_join(group, folder) for group in groups)


def _join(parts: Sequence[Recording], folder: Path) -> Recording:
    pcm = folder / f"joined-{parts[0].name}.pcm"
    silence = bytes(BYTES_PER_SAMPLE * round(SAMPLE_RATE * SILENCE_SECONDS))
    pcm.write_bytes(silence.join(each.pcm.read_bytes() for each in parts))
    end = pcm.stat().st_size / BYTES_PER_SAMPLE / SAMPLE_RATE
    text = " ".join(each.segments[0].text for each in parts)
    return Recording(pcm.stem, pcm, (Segment(0.0, end, text),))
