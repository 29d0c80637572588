import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.trainer.engine import EngineSettings, Job, Recording, Segment
from services.trainer.engine.recording import BYTES_PER_SAMPLE, SAMPLE_RATE

SENTENCES = (
    "Please enter your extension followed by the pound key.",
    "The person you are calling is not available.",
    "You are the only person in this conference.",
    "Press one to listen to your messages.",
    "Your call is being transferred to an operator.",
    "The number you have dialed is not in service.",
    "Thank you for calling, and goodbye.",
    "To change your password, press five.",
    "All of our agents are busy at the moment.",
    "You have three new messages in your mailbox.",
)
VOICES = ("slt", "rms")
QUICK: dict[str, Any] = {
    "max_steps": 4,
    "batch_windows": 1,
    "blends": (1.0,),
    "learning_rate": 1e-5,
    "threads": 1,
}
"""Four short steps. In one thread: as many tests as cores at once make more wait for each other."""


@pytest.fixture(scope="session")
def base_model_dir() -> Callable[[str], Path]:
    """Finds a base model by its name."""

    def find(name: str) -> Path:
        folder = os.environ.get("ARGOT_TEST_MODELS")
        if folder:
            return Path(folder) / name
        from shared.runtime.base_models import resolve  # noqa: PLC0415 - needs settings

        return resolve(name)

    return find


def speak(text: str, voice: str, pcm: Path) -> None:
    source = f"flite=text='{text.replace(',', '')}':voice={voice}"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-ar", str(SAMPLE_RATE)]
    subprocess.run([*command, "-ac", "1", "-f", "s16le", str(pcm)], check=True, timeout=60)


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> tuple[Recording, ...]:
    """Twenty spoken sentences, a recording each; two synthetic voices."""
    filters = subprocess.run(["ffmpeg", "-filters"], check=True, capture_output=True, text=True)
    if " flite " not in filters.stdout:
        pytest.skip("this ffmpeg cannot speak: it was built without libflite")
    folder = tmp_path_factory.mktemp("speech")
    found = []
    for voice in VOICES:
        for number, text in enumerate(SENTENCES):
            pcm = folder / f"{voice}-{number}.pcm"
            speak(text, voice, pcm)
            end = pcm.stat().st_size / BYTES_PER_SAMPLE / SAMPLE_RATE
            found.append(Recording(f"{voice}-{number}.wav", pcm, (Segment(0.0, end, text),)))
    return tuple(found)


@pytest.fixture
def job(
    base_model_dir: Callable[[str], Path], recordings: tuple[Recording, ...]
) -> Callable[..., Job]:
    """Makes a job of four short steps in a work directory."""

    def make(work_dir: Path, **settings: Any) -> Job:
        chosen = EngineSettings(**{**QUICK, **settings})
        return Job(base_model_dir("whisper-tiny.en"), "en", recordings, work_dir, chosen)

    return make
