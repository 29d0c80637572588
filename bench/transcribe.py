"""Transcription against faster-whisper, on the same recordings and machine, and in the system.

French prompts are joined, with pauses, to a recording that `whisper-base` transcribes in three
ways, in turn, `ROUNDS` times; the shortest time of each counts:

- ours: the recogniser of the worker, with words and their times;
- `ratio`: `WhisperModel.transcribe`, one window after the other, with what ours has: beams of 5,
  int8_float32, words with times, the filter of voices, all cores;
- `default_ratio`: `WhisperModel.transcribe` as it comes: the same beams, the precision of the
  weights, neither words nor filter.

Both ratios are our seconds of audio a second over the rival's. `wer`, `rival_wer`, `default_wer`:
word error rates against the prompts' texts. `clip_ratio`: the same for clips, one by one, with the
rival of `ratio`. The system's figures are explained in `bench/transcribe_stack.py`.

`python -m bench.transcribe rival` or `system` measures one half of it.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import jiwer
import numpy as np
from faster_whisper import WhisperModel

from argot.corpus import Prompt, prompts
from bench.report import finish
from bench.transcribe_data import RATE, join, text_of
from bench.transcribe_stack import system
from services.transcriber.adapters.recogniser import DEVICES, Recogniser
from shared.runtime.base_models import resolve
from shared.speech.decoding import BEAM_SIZE

SECONDS = 300.0
CLIPS = 6
ROUNDS = 2
ALIKE = {
    "beam_size": BEAM_SIZE,
    "temperature": 0.0,
    "condition_on_previous_text": False,
    "word_timestamps": True,
    "vad_filter": True,
}

Hear = Callable[[Path], str]


def hearers() -> dict[str, Hear]:
    """Ours and the rivals."""
    model = resolve("whisper-base")
    ours = Recogniser(model, "cpu", 0)
    alike = WhisperModel(
        str(model),
        "cpu",
        compute_type=DEVICES["cpu"].compute_type,
        cpu_threads=len(os.sched_getaffinity(0)),
    )
    default = WhisperModel(str(model), "cpu")

    def listen(pcm: Path) -> str:
        segments = (each.segment for each in ours.listen(pcm, "fr"))
        return " ".join(each.text for each in segments if each)

    return {
        "ours": listen,
        "alike": lambda pcm: _text(alike, pcm, ALIKE),
        "default": lambda pcm: _text(default, pcm, {}),
    }


def _text(model: WhisperModel, pcm: Path, options: Mapping[str, object]) -> str:
    waveform = np.fromfile(pcm, "<i2").astype(np.float32) / 32768
    heard, _ = model.transcribe(waveform, language="fr", **options)
    return " ".join(each.text for each in heard)


def timed(hear: Hear, files: Sequence[Path]) -> tuple[float, str]:
    """How long it takes, and what is heard."""
    begun = time.monotonic()
    texts = [hear(each) for each in files]
    return time.monotonic() - begun, " ".join(texts)


def error_rate(spoken: Sequence[Prompt], heard: str) -> float:
    """Of words in small letters without punctuation."""
    return float(jiwer.wer(_plain(text_of(spoken)), _plain(heard)))


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.lower()).split())


def against_the_rivals(folder: Path) -> dict[str, float]:
    """A long recording and clips."""
    spoken, long = join(prompts("fr"), SECONDS, folder)
    clips = [join([each], SECONDS, folder)[1] for each in spoken[:CLIPS]]
    hear = hearers()
    for each in hear.values():
        each(clips[0])
    times: dict[str, list[float]] = {name: [] for name in hear}
    short: dict[str, list[float]] = {name: [] for name in hear}
    texts = {}
    for _ in range(ROUNDS):
        for name, each in hear.items():
            took, texts[name] = timed(each, [long])
            times[name].append(took)
            short[name].append(timed(each, clips)[0])
            print(name, round(took, 1), "s", flush=True)
    audio = long.stat().st_size / 2 / RATE
    best = {name: min(found) for name, found in times.items()}
    print({name: round(audio / took, 1) for name, took in best.items()}, "seconds a second")
    return {
        "ratio": best["alike"] / best["ours"],
        "default_ratio": best["default"] / best["ours"],
        "clip_ratio": min(short["alike"]) / min(short["ours"]),
        "wer": error_rate(spoken, texts["ours"]),
        "rival_wer": error_rate(spoken, texts["alike"]),
        "default_wer": error_rate(spoken, texts["default"]),
        "clip_s": min(short["ours"]) / len(clips),
    }


def main() -> None:
    """Both halves, or the one that is named."""
    named = sys.argv[1:] or ["rival", "system"]
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="argot-bench-") as name:
        if "rival" in named:
            found |= against_the_rivals(Path(name))
        if "system" in named:
            found |= system(Path(name))
    finish(**found)


if __name__ == "__main__":
    main()
