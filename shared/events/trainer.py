"""Events of the trainer: the life of one training run."""

from typing import ClassVar

from shared.events.contract import Event
from shared.events.data import DataUse, Evaluation, Fault, StoredFile


class TrainingEvent(Event):
    """About one training of one model."""

    model_id: str
    training_id: str


class TrainingStarted(TrainingEvent):
    """A worker runs the training."""

    publisher: ClassVar[str] = "trainer"


class TrainingProgressed(TrainingEvent):
    """Where a running training is; `percent` from 0 to 100 over all phases."""

    publisher: ClassVar[str] = "trainer"
    phase: str
    percent: float
    eta_seconds: float | None
    loss: float | None


class TrainingSucceeded(TrainingEvent):
    """The artifact is stored and evaluated."""

    publisher: ClassVar[str] = "trainer"
    artifact: StoredFile
    evaluation: Evaluation
    data: DataUse


class TrainingFailed(TrainingEvent):
    """The training ended without a model; `fault` says whose it was."""

    publisher: ClassVar[str] = "trainer"
    code: str
    message: str
    fault: Fault
