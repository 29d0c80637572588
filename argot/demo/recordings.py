"""Prompts as training data: which are held out, and the others joined into recordings."""

import hashlib
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from argot.corpus import Prompt
from shared.speech.captions import to_vtt
from shared.speech.cues import Cue
from shared.speech.words import normalise

PROMPTS_A_RECORDING = 15
SILENCE_SECONDS = 0.4


@dataclass(frozen=True)
class Recording:
    """Prompts joined into one WAV file, with a transcript of the same stem beside it.

    `speech_seconds` is without the silence between them.
    """

    audio: Path
    transcript: Path
    speech_seconds: float


def split(prompts: Sequence[Prompt], language: str) -> tuple[list[Prompt], list[Prompt]]:
    """Three quarters to train on and the rest held out: the same ones in every run.

    Equal sentences stay on one side. Both come in an order that only a digest of the sentence
    decides, so that the prompts of a recording have nothing in common.
    """
    by_sentence: dict[bytes, list[Prompt]] = {}
    for prompt in sorted(prompts, key=lambda prompt: prompt.name):
        sentence = normalise(prompt.text, language)
        by_sentence.setdefault(hashlib.sha256(sentence.encode()).digest(), []).append(prompt)
    held_out: list[Prompt] = []
    training: list[Prompt] = []
    for digest in sorted(by_sentence):
        full = len(held_out) >= len(prompts) // 4
        (training if full else held_out).extend(by_sentence[digest])
    return training, held_out


def join(prompts: Sequence[Prompt], folder: Path) -> list[Recording]:
    """Write recordings of about 15 prompts with 0.4 s of silence between them."""
    count = max(1, round(len(prompts) / PROMPTS_A_RECORDING))
    bounds = [len(prompts) * k // count for k in range(count + 1)]
    return [
        _write(prompts[bounds[k] : bounds[k + 1]], folder / f"recording-{k + 1:02}")
        for k in range(count)
    ]


def _write(prompts: Sequence[Prompt], stem: Path) -> Recording:
    audio, transcript = stem.with_suffix(".wav"), stem.with_suffix(".vtt")
    cues: list[Cue] = []
    with wave.open(str(audio), "wb") as joined:
        for prompt in prompts:
            with wave.open(str(prompt.path), "rb") as part:
                if not cues:
                    joined.setparams(part.getparams())
                else:
                    pause = round(SILENCE_SECONDS * part.getframerate())
                    joined.writeframes(bytes(pause * part.getsampwidth() * part.getnchannels()))
                start = joined.tell() / joined.getframerate()
                joined.writeframes(part.readframes(part.getnframes()))
            cues.append(Cue(start, joined.tell() / joined.getframerate(), prompt.text))
    transcript.write_text(to_vtt(cues), encoding="utf-8")
    return Recording(audio, transcript, sum(cue.seconds for cue in cues))
