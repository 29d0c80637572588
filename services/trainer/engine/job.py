"""The engine's messages: what a training needs, tells on its way and gives back."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from shared.speech.decoding import BEAM_SIZE

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

Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, le=1)]
HeldOut = Annotated[float, Field(gt=0, le=0.5)]
Seconds = Annotated[float, Field(ge=0)]


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

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(
        strict=True, extra="forbid", allow_inf_nan=False
    )

    strategy: Strategy | Literal["auto"] = "auto"
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 7
    epochs: Count = 8
    learning_rate: Annotated[float, Field(gt=0)] | None = None
    warmup: Share = 0.1
    weight_decay: Annotated[float, Field(ge=0)] = 0.01
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.1
    batch_windows: Count = 4
    packings: Count = 2
    blends: Annotated[tuple[Share, ...], Field(min_length=1)] = (0.5, 0.75, 1.0)
    beam_size: Count = BEAM_SIZE
    test_share: HeldOut = 0.10
    dev_share: HeldOut = 0.06
    max_test_seconds: Seconds = 1800.0
    max_dev_seconds: Seconds = 600.0
    device: Literal["auto", "cpu", "cuda"] = "auto"
    threads: Annotated[int, Field(ge=0, le=1024)] = 0
    halvings: Annotated[int, Field(ge=0)] = 0
    checkpoint_seconds: Seconds = 300.0
    checkpoint_steps: Count | None = None
    max_steps: Count | None = None

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "EngineSettings":
        """Read some of them; the others keep their defaults.

        Raises:
            ValueError: one sentence that names each setting that is unknown or out of its range.
        """
        try:
            return TypeAdapter(cls).validate_json(json.dumps(document))
        except ValidationError as error:
            wrong = dict.fromkeys(str(each["loc"][0]) for each in error.errors() if each["loc"])
            names = ", ".join(wrong)
            raise ValueError(f"Unknown or wrong settings of the engine: {names}.") from error


@dataclass(frozen=True)
class Job:
    """One training. ``base_model`` is a CTranslate2 directory, ``language`` a Whisper code.

    ``work_dir`` holds the checkpoint, the scratch files and, at the end, ``model/``.

    Raises:
        ValueError: two recordings have one name, or there is a time that is no number or a text
            or name that UTF-8 cannot write.
    """

    base_model: Path
    language: str
    recordings: tuple[Recording, ...]
    work_dir: Path
    settings: EngineSettings = field(default_factory=EngineSettings)

    def __post_init__(self) -> None:
        _check(self.recordings)

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
            settings=EngineSettings.from_json(document.get("settings") or {}),
        )


def _check(recordings: Sequence[Recording]) -> None:
    names = [each.name for each in recordings]
    if len(set(names)) < len(names):
        raise ValueError("Two recordings have the same name.")
    segments = [segment for recording in recordings for segment in recording.segments]
    "".join([*names, *(each.text for each in segments)]).encode()
    if not all(math.isfinite(time) for each in segments for time in (each.start, each.end)):
        raise ValueError("A segment begins or ends at a time that is no number.")


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
