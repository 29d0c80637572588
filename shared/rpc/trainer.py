"""Calls that the trainer answers: training runs and artifacts."""

from typing import ClassVar

from shared.events.data import DataUse, Evaluation, StoredFile
from shared.rpc.catalog import RequestedTraining, StatusName
from shared.rpc.contract import Failure, Listing, Page, Reply, Request, Time
from shared.rpc.ingest import SignedUrl


class Progress(Reply):
    """Where a training is; `loss` holds (step, value) in order of step."""

    phase: str
    percent: float
    eta_seconds: float | None
    loss: list[tuple[int, float]]


UNKNOWN_DATA = DataUse(segments=0, seconds_used=0.0, dropped=[])
"""Before the trainer has looked at the files."""


class Training(Reply):
    """A training run; `status` and `status_name` are the model's, 2 to 5."""

    id: str
    status: int
    status_name: StatusName
    started_at: Time | None
    finished_at: Time | None
    progress: Progress
    evaluation: Evaluation | None
    data: DataUse
    failure: Failure | None


def expected(requested: RequestedTraining) -> Training:
    """A requested training that the trainer does not know yet."""
    return Training(
        id=requested.id,
        status=2,
        status_name="provisioning",
        started_at=None,
        finished_at=None,
        progress=Progress(phase="provisioning", percent=0.0, eta_seconds=None, loss=[]),
        evaluation=None,
        data=UNKNOWN_DATA,
        failure=None,
    )


class ListTrainings(Listing[Page[Training]]):
    """The model's trainings, newest first, with `requested` as its first where it is new."""

    service: ClassVar[str] = "trainer"
    organisation_id: str
    model_id: str
    requested: RequestedTraining | None


class GetTraining(Request[Training]):
    """Errors: `training-not-found`."""

    service: ClassVar[str] = "trainer"
    organisation_id: str
    model_id: str
    training_id: str
    requested: RequestedTraining | None


class DownloadArtifact(Request[SignedUrl]):
    """A signed URL of the model as `.tar.gz`."""

    service: ClassVar[str] = "trainer"
    organisation_id: str
    artifact: StoredFile
    file_name: str
