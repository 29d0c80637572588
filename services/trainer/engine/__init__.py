"""Fine-tunes a Whisper model in CTranslate2 form on recordings with known text.

Knows no service, database, broker or storage: files in, files out.

    result = train(Job(base_model, "fr", recordings, work_dir), print)
"""

from typing import TYPE_CHECKING, Any

from .fault import EngineFault, Interrupted
from .job import EngineSettings, Job, Progress, Result
from .recording import Recording, Segment

if TYPE_CHECKING:
    from .engine import train

__all__ = [
    "EngineFault",
    "EngineSettings",
    "Interrupted",
    "Job",
    "Progress",
    "Recording",
    "Result",
    "Segment",
    "train",
]


def __getattr__(name: str) -> Any:
    # PyTorch takes seconds to import, which those who only describe a job need not wait for.
    if name == "train":
        from .engine import train  # noqa: PLC0415

        return train
    raise AttributeError(name)
