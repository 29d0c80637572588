"""Training against the usual recipe, on the same recordings, in one run.

French prompts train `whisper-base` twice: by our engine, in a process of its own, and by the recipe
of tutorials (`bench.train_rival`). Both models transcribe the prompts that were held out, by the
same decoder. Then each shape of the data is timed: prompts of about 4 s, and the same prompts
joined to segments of about 25 s; the recipe for some steps only.

Audio that passes in the epochs, over the seconds from the decoded recordings to the tuned weights
(for ours: preparing, encoding, training and the choice of the blend), is the rate.

`short_ratio`, `long_ratio`: our rate over the rival's. `wer`, `rival_wer`, `base_wer`: on the
held-out
prompts. `peak_mb`: of our process.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from bench.report import finish
from bench.train_data import LANGUAGE, seconds, speech
from bench.train_rival import Run, train
from services.trainer.engine.features import Spectrograms
from services.trainer.engine.hardware import detect
from services.trainer.engine.job import EngineSettings
from services.trainer.engine.recogniser import Recogniser
from services.trainer.engine.recording import Clip, Recording
from services.trainer.engine.scoring import count_errors, error_rate
from services.trainer.engine.selection import select
from services.trainer.engine.vocabulary import Vocabulary
from shared.runtime.base_models import resolve

BASE = "whisper-base"
RIVAL_EPOCHS = 2
TIMED_STEPS = 6
TIMED = ("preparing", "encoding", "training", "blending")


def ours(base_dir: Path, recordings: Sequence[Recording], folder: Path) -> tuple[Run, float]:
    """Train by the engine as the worker does; also the peak of its memory in MB."""
    folder.mkdir()
    job = {
        "base_model": str(base_dir),
        "language": LANGUAGE,
        "recordings": [asdict(each) | {"pcm": str(each.pcm)} for each in recordings],
    }
    (folder / "job.json").write_text(json.dumps(job))
    command = [sys.executable, "-m", "services.trainer.engine", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        child, peak = psutil.Process(process.pid), 0.0
        for _ in process.stdout:  # a line a second
            peak = max(peak, child.memory_info().rss / 1024**2)
    assert process.returncode == 0, process.returncode
    run: dict[str, Any] = json.loads((folder / "result.json").read_text())["run"]
    print(run, flush=True)
    trained = (
        seconds(recordings)
        * run["split"]["train"]
        / sum(run["split"][part] for part in ("train", "development", "test"))
    )
    audio = trained * EngineSettings().epochs
    return Run(audio, sum(run["seconds"].get(phase, 0.0) for phase in TIMED)), peak


def word_error_rate(model_dir: Path, clips: Sequence[Clip], vocabulary: Vocabulary) -> float:
    """Of a model's greedy texts, a fraction."""
    recogniser = Recogniser(model_dir, vocabulary, detect("cpu"), 0, 1)
    spectrograms = Spectrograms(80)
    counts = []
    for clip in clips:
        heard = recogniser.encode(spectrograms.of(clip.waveform()))
        (text,) = recogniser.decode(heard[None])
        counts.append(count_errors(clip.text, text, LANGUAGE))
    return error_rate(counts)


def main() -> None:
    """Train, score, time."""
    with tempfile.TemporaryDirectory(prefix="argot-bench-") as name:
        folder = Path(name)
        data, base_dir = speech(folder), resolve(BASE)
        vocabulary = Vocabulary.read(base_dir, LANGUAGE)
        short, long, held_out = (
            select(each, vocabulary, LANGUAGE).clips
            for each in (data.short, data.long, data.held_out)
        )
        print(f"{seconds(data.short):.0f} s to train on, {seconds(data.held_out):.0f} s held out")
        our_short, peak = ours(base_dir, data.short, folder / "short")
        our_long, _ = ours(base_dir, data.long, folder / "long")
        rival_dir = folder / "rival"
        rival_short = train(base_dir, short, vocabulary, rival_dir, epochs=RIVAL_EPOCHS)
        rival_long = train(base_dir, long, vocabulary, None, epochs=1, max_steps=TIMED_STEPS)
        models = {"base": base_dir, "ours": folder / "short/model", "rival": rival_dir}
        wers = {
            label: word_error_rate(model, held_out, vocabulary) for label, model in models.items()
        }
    rates = {
        label: run.audio / run.wall
        for label, run in {
            "our_short": our_short,
            "rival_short": rival_short,
            "our_long": our_long,
            "rival_long": rival_long,
        }.items()
    }
    print({label: round(rate, 1) for label, rate in rates.items()}, "seconds of audio a second")
    finish(
        short_ratio=rates["our_short"] / rates["rival_short"],
        long_ratio=rates["our_long"] / rates["rival_long"],
        wer=wers["ours"],
        rival_wer=wers["rival"],
        base_wer=wers["base"],
        peak_mb=peak,
    )


if __name__ == "__main__":
    main()
