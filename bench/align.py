"""Force alignment of joined prompts with known borders, French and English, clean and in noise.

`median_ms`, `p95_ms`: how far a caption's begin or end is from that of the speech, in the worst of
the four recordings (`bench.align_data` tells what is true); the keys with a language and a
condition are those of each. A prompt is a line, and may be several captions: its first one's begin
and its last one's end count, whether the text was found or not. `speed`: seconds of audio a second,
with hearing, in the slowest of them.

French is heard by `whisper-base`, English by `whisper-tiny.en`; sixty prompts each, five to six
minutes.

The rival is stable-ts 2.19 (`align` of whole text on the same weights, in lines), where it can be
imported; it is no dependency of ours and would replace PyTorch. Beside it, without its own needs:

    pip install --no-deps --target DIR stable-ts openai-whisper tiktoken more-itertools numba \
        llvmlite torchaudio && rm -r DIR/torchaudio/lib
    PYTHONPATH=DIR make bench NAME=align
"""

import importlib.util
import os
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from argot.corpus import Language
from bench.align_data import Border, Talk, in_noise, talk, write
from bench.report import finish, median, percentile
from services.transcriber.adapters.audio import PcmFile
from services.transcriber.adapters.recogniser import Recogniser
from shared.runtime.base_models import resolve
from shared.runtime.media.convert import decode_pcm
from shared.speech.alignment.align import align, refine
from shared.speech.alignment.values import HeardWord

PROMPTS = 60
PRECISION = "int8_float32"
"""What weights are served in on a processor."""

MODELS: dict[Language, str] = {"fr": "whisper-base", "en": "whisper-tiny.en"}
Aligner = Callable[[Path, str], Iterable[tuple[str, float, float]]]
"""Texts with their times, of a WAV file and its text."""


def ours(model_dir: Path, language: Language) -> Aligner:
    """What a worker does with an alignment, without its queue and storage."""
    model = Recogniser(model_dir, "cpu", 0)

    def aligned(audio: Path, text: str) -> list[tuple[str, float, float]]:
        pcm = audio.with_suffix(".pcm")
        duration = decode_pcm(audio, pcm)
        words = [
            HeardWord(word.start, word.end, word.word, word.probability)
            for heard in model.listen(pcm, language)
            if heard.segment is not None
            for word in heard.segment.words
        ]
        found = align(text, words, language, duration)
        placer = model.placer(pcm, language)
        found = refine(found, PcmFile(pcm), placer, lambda _: None)
        return [(cue.text, cue.start, cue.end) for cue in found.cues]

    return aligned


def rival(model_dir: Path, language: Language) -> Aligner:
    """The stable-ts package, on the same weights in the same precision."""
    import stable_whisper  # noqa: PLC0415 - there or not

    model = stable_whisper.load_faster_whisper(
        str(model_dir),
        device="cpu",
        compute_type=PRECISION,
        cpu_threads=len(os.sched_getaffinity(0)),
    )

    def aligned(audio: Path, text: str) -> list[tuple[str, float, float]]:
        found = model.align(str(audio), text, language=language, original_split=True)
        return [(each.text, each.start, each.end) for each in found.segments]

    return aligned


def errors(cues: Iterable[tuple[str, float, float]], spoken: Talk) -> list[float]:
    """In milliseconds, of both borders of each line."""
    rest = iter(cues)
    found: list[float] = []
    for line, border in zip(spoken.lines, spoken.borders, strict=True):
        text, start, end = next(rest)
        while len(_letters(text)) < len(_letters(line)):
            more, _, end = next(rest)
            text += more
        assert _letters(text) == _letters(line)
        found += _distances(Border(start, end), border)
    return found


def _letters(text: str) -> str:
    return "".join(text.split())


def _distances(found: Border, true: Border) -> list[float]:
    return [1000 * abs(found.start - true.start), 1000 * abs(found.end - true.end)]


def measure(
    make: Callable[[Path, Language], Aligner], label: str, folder: Path
) -> dict[str, float]:
    """The figures of an aligner, each key with its label."""
    figures: dict[str, float] = {}
    medians, percentiles, speeds = [], [], []
    for language, name in MODELS.items():
        aligner = make(resolve(name), language)
        clean = talk(language, PROMPTS)
        for condition, spoken in (("clean", clean), ("noise", in_noise(clean))):
            audio = folder / f"{language}-{condition}.wav"
            seconds = write(spoken.samples, audio)
            begun = time.perf_counter()
            cues = list(aligner(audio, spoken.text))
            speeds.append(seconds / (time.perf_counter() - begun))
            off = errors(cues, spoken)
            medians.append(median(off))
            percentiles.append(percentile(off, 0.95))
            figures[f"{label}{language}_{condition}_median_ms"] = medians[-1]
            figures[f"{label}{language}_{condition}_p95_ms"] = percentiles[-1]
            print(
                f"{label}{language}, {condition}: median {medians[-1]:.0f} ms, 95 % "
                f"{percentiles[-1]:.0f} ms, most {max(off):.0f} ms; {seconds:.0f} s of audio, "
                f"{speeds[-1]:.1f} a second",
                flush=True,
            )
    worst = {"median_ms": max(medians), "p95_ms": max(percentiles), "speed": min(speeds)}
    return {f"{label}{key}": value for key, value in worst.items()} | figures


def main() -> None:
    """Align with ours, and with the rival where it is."""
    with tempfile.TemporaryDirectory(prefix="argot-bench-") as name:
        found = measure(ours, "", Path(name))
        if importlib.util.find_spec("stable_whisper") is None:
            print("stable_whisper is not there: no rival was run")
        else:
            found |= measure(rival, "rival_", Path(name))
    finish(**found)


if __name__ == "__main__":
    main()
