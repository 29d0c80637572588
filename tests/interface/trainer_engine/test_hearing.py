"""Long recordings of real speech, cut where their prompts were joined."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest

from argot.corpus import Prompt, prompts
from services.trainer.engine import Recording, Segment
from services.trainer.engine.alignment import Aligned
from services.trainer.engine.hardware import Hardware
from services.trainer.engine.hearing import Aligner
from services.trainer.engine.recording import BYTES_PER_SAMPLE, SAMPLE_RATE
from services.trainer.engine.scoring import count_errors, error_rate
from shared.speech.words import normalise

PROMPTS = 60
SILENCE_SECONDS = 0.4


def samples(prompt: Prompt) -> bytes:
    form = ["-ar", str(SAMPLE_RATE), "-ac", "1", "-f", "s16le", "-"]
    command = ["ffmpeg", "-v", "error", "-i", str(prompt.path), *form]
    return subprocess.run(command, check=True, capture_output=True).stdout


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> tuple[Recording, list[float], list[Prompt]]:
    """Prompts with silence between them as one text without times; where the silences are."""
    chosen = prompts("en")[::8][:PROMPTS]
    pcm = tmp_path_factory.mktemp("joined") / "a.pcm"
    silence = bytes(round(SILENCE_SECONDS * SAMPLE_RATE) * BYTES_PER_SAMPLE)
    middles: list[float] = []
    with pcm.open("wb") as file:
        for prompt in chosen:
            if file.tell():
                middles.append(file.tell() / BYTES_PER_SAMPLE / SAMPLE_RATE + SILENCE_SECONDS / 2)
                file.write(silence)
            file.write(samples(prompt))
    end = pcm.stat().st_size / BYTES_PER_SAMPLE / SAMPLE_RATE
    text = " ".join(prompt.text for prompt in chosen)
    return Recording("a.wav", pcm, (Segment(0.0, end, text),)), middles, chosen


@pytest.fixture(scope="module")
def aligned(
    joined: tuple[Recording, list[float], list[Prompt]],
    base_model_dir: Callable[[str], Path],
) -> Aligned:
    recording, _, _ = joined
    ticks: list[float] = []
    hardware = Hardware("cpu", autocast=False)
    aligner = Aligner(base_model_dir("whisper-tiny.en"), "en", hardware, 1, ticks.append)
    found = aligner(recording, recording.segments[0])
    assert ticks == sorted(ticks)
    assert ticks[-1] < recording.seconds
    return found


def test_borders_are_where_the_prompts_were_joined(
    joined: tuple[Recording, list[float], list[Prompt]], aligned: Aligned
) -> None:
    _, middles, _ = joined
    borders = [piece.end for piece in aligned.pieces[:-1]]
    errors = [
        max(0.0, min(abs(border - middle) for middle in middles) - SILENCE_SECONDS / 2)
        for border in borders
    ]
    assert len(errors) > 5
    assert median(errors) <= 0.1


def test_nearly_all_of_the_recording_is_used_with_its_own_text(
    joined: tuple[Recording, list[float], list[Prompt]], aligned: Aligned
) -> None:
    recording, middles, chosen = joined
    used = sum(piece.end - piece.start for piece in aligned.pieces)
    assert used >= 0.9 * recording.seconds
    bounds = [0.0, *middles, recording.seconds]
    counts = []
    for piece in aligned.pieces:
        truth = " ".join(
            prompt.text
            for prompt, start, end in zip(chosen, bounds, bounds[1:], strict=False)
            if piece.start - 0.3 <= (start + end) / 2 <= piece.end + 0.3
        )
        assert normalise(truth, "en")
        counts.append(count_errors(truth, piece.text, "en"))
    assert error_rate(counts) <= 0.05
