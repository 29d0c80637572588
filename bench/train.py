"""Training against the usual recipe, on the same recordings, in one run.

French prompts train `whisper-base` twice: by our engine, in a process of its own, and by the recipe
of tutorials (`bench.train_rival`). Both models transcribe the prompts that were held out, by the
same decoder. Then each shape of the data is timed: prompts of about 4 s, and the same prompts
joined to segments of about 25 s; the recipe for some steps only.

Audio that passes in the epochs, over the seconds from the decoded recordings to the tuned weights
(for ours: preparing, encoding, training and the choice of the blend), is the rate. What only tells
about the model or the data (baseline, checking, exporting, evaluating) the recipe does not do.

`short_ratio`, `long_ratio`: our rate over the rival's. `wer`, `rival_wer`, `base_wer`: on the
held-out prompts. `peak_mb`: of our process. `eta_error`: how far off the forecast of its end was
after a tenth, over the whole time. `english_wer`, `english_base_wer`: the same of English prompts
and `whisper-tiny.en`. `preparation_growth`, `epoch_growth`: cost of a second of audio with four
times the data; `memory_growth_mb`: of the peak.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from argot.corpus import Language
from bench.report import finish
from bench.train_data import Speech, seconds, speech
from bench.train_engine import Finished, train
from bench.train_growth import growth
from bench.train_rival import Run
from bench.train_rival import train as train_rival
from services.trainer.engine.features import Spectrograms
from services.trainer.engine.hardware import detect
from services.trainer.engine.recogniser import Recogniser
from services.trainer.engine.recording import Clip, Recording
from services.trainer.engine.scoring import count_errors, error_rate
from services.trainer.engine.selection import select
from services.trainer.engine.vocabulary import Vocabulary
from shared.runtime.base_models import resolve

RIVAL_EPOCHS = 2
TIMED_STEPS = 6
TIMED = ("preparing", "encoding", "training", "blending")


def run_of(finished: Finished, recordings: Sequence[Recording]) -> Run:
    """The audio that passed in the epochs, and the time that this took."""
    parts = finished.run["split"]
    used = parts["train"] / sum(parts[part] for part in ("train", "development", "test"))
    audio = seconds(recordings) * used * len(finished.run["development_loss"])  # one an epoch
    return Run(audio, sum(finished.run["seconds"][phase] for phase in TIMED))


def clips(recordings: Sequence[Recording], vocabulary: Vocabulary, language: str) -> list[Clip]:
    """The usable segments."""
    return list(select(recordings, vocabulary, language).clips)


def word_error_rate(
    model_dir: Path, held_out: Sequence[Recording], vocabulary: Vocabulary, language: str
) -> float:
    """Of a model's texts as it serves, a fraction."""
    recogniser = Recogniser(model_dir, vocabulary, detect("cpu"))
    spectrograms = Spectrograms(80)
    counts = []
    for clip in clips(held_out, vocabulary, language):
        (text,) = recogniser.decode(spectrograms.of(clip.waveform())[None])
        counts.append(count_errors(clip.text, text, language))
    return error_rate(counts)


def against_the_rival(data: Speech, folder: Path) -> dict[str, float]:
    """French prompts and `whisper-base`."""
    base_dir = resolve("whisper-base")
    vocabulary = Vocabulary.read(base_dir, "fr")
    print(f"{seconds(data.short):.0f} s to train on, {seconds(data.held_out):.0f} s held out")
    short = train(base_dir, "fr", data.short, folder / "short")
    print(short, flush=True)
    long = train(base_dir, "fr", data.long, folder / "long")
    print(long, flush=True)
    rival_dir = folder / "rival"
    rival_short, rival_long = (
        train_rival(
            base_dir, clips(each, vocabulary, "fr"), vocabulary, to, epochs=epochs, max_steps=steps
        )
        for each, to, epochs, steps in (
            (data.short, rival_dir, RIVAL_EPOCHS, None),
            (data.long, None, 1, TIMED_STEPS),
        )
    )
    rates = {
        label: run.audio / run.wall
        for label, run in {
            "our_short": run_of(short, data.short),
            "rival_short": rival_short,
            "our_long": run_of(long, data.long),
            "rival_long": rival_long,
        }.items()
    }
    print({label: round(rate, 1) for label, rate in rates.items()}, "seconds of audio a second")
    models = {
        "base_wer": base_dir,
        "wer": folder / "short/model",
        "long_wer": folder / "long/model",
        "rival_wer": rival_dir,
    }
    return {
        "short_ratio": rates["our_short"] / rates["rival_short"],
        "long_ratio": rates["our_long"] / rates["rival_long"],
        **{
            label: word_error_rate(model, data.held_out, vocabulary, "fr")
            for label, model in models.items()
        },
        "peak_mb": max(short.peak_mb, long.peak_mb),
        "eta_error": max(short.eta_error, long.eta_error),
    }


def in_english(data: Speech, folder: Path) -> dict[str, float]:
    """English prompts and `whisper-tiny.en`; its own held-out part beside ours."""
    base_dir = resolve("whisper-tiny.en")
    vocabulary = Vocabulary.read(base_dir, "en")
    done = train(base_dir, "en", data.short, folder / "english")
    print(done, flush=True)
    grown = growth(base_dir, data, "en", folder)
    return {
        "english_wer": word_error_rate(folder / "english/model", data.held_out, vocabulary, "en"),
        "english_base_wer": word_error_rate(base_dir, data.held_out, vocabulary, "en"),
        "preparation_growth": grown.preparation,
        "epoch_growth": grown.epoch,
        "memory_growth_mb": grown.memory_mb,
    }


def main() -> None:
    """Train, score, time."""
    with tempfile.TemporaryDirectory(prefix="argot-bench-") as name:
        found: dict[str, float] = {}
        languages: tuple[Language, ...] = ("fr", "en")
        for language, measure in zip(languages, (against_the_rival, in_english), strict=True):
            folder = Path(name) / language
            folder.mkdir()
            found |= measure(speech(language, folder), folder)
    finish(**found)


if __name__ == "__main__":
    main()
