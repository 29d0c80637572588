"""The engine's messages: what a training needs, tells on its way and gives back."""

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from .recording import Recording, Segment

Phase = Literal[
    "preparing",
    "baseline",
    "encoding",
    "checking",
    "training",
    "blending",
    "exporting",
    "evaluating",
]


Strategy = Literal["decoder", "whole"]
"""What is trained: the decoder on encoder outputs that are computed once, or the whole model."""


@dataclass(frozen=True)
class EngineSettings:
    """How to train. The defaults are those of the measured trials on whisper-base.

    ``learning_rate`` None is the strategy's own. ``batch_windows`` counts 30-second windows a step,
    of all processes together; ``packings`` the different ways in which
    the same audio is laid into windows, used in turn by the epochs; ``threads`` 0 leaves the
    number to PyTorch; ``max_steps`` cuts training short; ``blends`` are the candidate shares of
    the tuned weights (0 is the base model and always among them); ``halvings`` is how many times
    the windows of a step that are computed at once are halved, to take less memory.
    """

    strategy: Strategy | Literal["auto"] = "auto"
    seed: int = 7
    epochs: int = 8
    learning_rate: float | None = None
    warmup: float = 0.1
    weight_decay: float = 0.01
    label_smoothing: float = 0.1
    batch_windows: int = 4
    packings: int = 2
    blends: tuple[float, ...] = (0.5, 0.75, 1.0)
    beam_size: int = 1
    test_share: float = 0.10
    dev_share: float = 0.06
    max_test_seconds: float = 1800.0
    max_dev_seconds: float = 600.0
    device: Literal["auto", "cpu", "cuda"] = "auto"
    threads: int = 0
    halvings: int = 0
    checkpoint_seconds: float = 300.0
    checkpoint_steps: int | None = None
    max_steps: int | None = None


@dataclass(frozen=True)
class Job:
    """One training. ``base_model`` is a CTranslate2 directory, ``language`` a Whisper code.

    ``work_dir`` holds the checkpoint, the scratch files and, at the end, ``model/``.
    """

    base_model: Path
    language: str
    recordings: tuple[Recording, ...]
    work_dir: Path
    settings: EngineSettings = field(default_factory=EngineSettings)

    @classmethod
    def from_json(cls, document: dict[str, Any], work_dir: Path) -> "Job":
        """Read ``{base_model, language, recordings, settings?}``.

        Relative paths are under ``work_dir``.

        Raises:
            ValueError, KeyError, TypeError: the document is not a job.
        """
        recordings = tuple(
            Recording(
                name=item["name"],
                pcm=work_dir / item["pcm"],
                segments=tuple(
                    Segment(float(each["start"]), float(each["end"]), str(each["text"]))
                    for each in item["segments"]
                ),
            )
            for item in document["recordings"]
        )
        return cls(
            base_model=work_dir / document["base_model"],
            language=document["language"],
            recordings=recordings,
            work_dir=work_dir,
            settings=_settings(document.get("settings") or {}),
        )


def _settings(document: dict[str, Any]) -> EngineSettings:
    unknown = document.keys() - {each.name for each in fields(EngineSettings)}
    if unknown:
        raise ValueError(f"unknown settings: {', '.join(sorted(unknown))}")
    if "blends" in document:
        document = {**document, "blends": tuple(document["blends"])}
    return EngineSettings(**document)


@dataclass(frozen=True)
class Progress:
    """Where a training stands.

    ``percent`` is of the whole, 0 to 100, and never falls; ``loss`` is ``(step, value)`` in
    order of steps, cross entropy a token in nats.
    """

    phase: Phase
    percent: float
    eta_seconds: float | None
    loss: tuple[tuple[int, float], ...]

    def as_json(self) -> dict[str, Any]:
        """The shape of a Training's ``progress`` in the HTTP contract."""
        return asdict(self)


@dataclass(frozen=True)
class Result:
    """A finished training.

    ``evaluation`` and ``data`` have the shapes of the HTTP contract's Training; ``run`` tells how
    it was done: blend, candidates, split, device, seconds a phase.
    """

    model_dir: Path
    evaluation: dict[str, Any]
    data: dict[str, Any]
    run: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The result as a document; the model's directory by its name."""
        return {**asdict(self), "model_dir": str(self.model_dir)}

    def write(self, work_dir: Path) -> None:
        """Write ``result.json``, which is there as a whole or not at all."""
        partial = work_dir / "result.json.partial"
        partial.write_text(json.dumps(self.as_json(), ensure_ascii=False, indent=1), "utf-8")
        partial.replace(work_dir / "result.json")
