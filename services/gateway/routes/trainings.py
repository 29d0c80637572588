"""Training runs of a custom model, and what they make."""

from uuid6 import uuid7

from services.gateway.routes.models import PATH
from services.gateway.routes.table import Answer, Body, Group, PageQuery, Visit
from shared.errors import ArgotError
from shared.rpc.catalog import ModelDetails, TrainModel
from shared.rpc.contract import Page
from shared.rpc.trainer import (
    DownloadArtifact,
    GetTraining,
    ListTrainings,
    Training,
    expected,
)

trainings = Group(f"{PATH}/{{model_id}}", "Trainings", feature="automatic_training")


class NewTraining(Body):
    """Whether to train although some audio has no transcript; it is then left out."""

    skip_unmatched: bool = False


@trainings.route(
    "POST",
    "/train",
    status=202,
    answer=Training,
    errors=[
        "not-ready-to-run",
        "invalid-language",
        "language-not-published",
        "no_data",
        "validation_failed",
        "unmatched-audio",
        "no-claims-available",
    ],
)
def train(
    visit: Visit,
    details: ModelDetails,
    idempotency_key: str | None,
    body: NewTraining = NewTraining(),  # noqa: B008 (frozen)
) -> Answer:
    """Start a training."""
    model_id = details.model.id
    requested = visit.call(
        TrainModel(
            organisation_id=visit.principal.organisation_id,
            model_id=model_id,
            skip_unmatched=body.skip_unmatched,
            # One of our own, since a call may be delivered twice.
            idempotency_key=idempotency_key or str(uuid7()),
        )
    )
    return Answer(expected(requested), location=f"{PATH}/{model_id}/trainings/{requested.id}")


@trainings.route("GET", "/trainings", answer=Page[Training], errors=["invalid-request"])
def list_trainings(visit: Visit, details: ModelDetails, query: PageQuery) -> Answer:
    """List the trainings, newest first."""
    return Answer(
        visit.call.json(
            ListTrainings(
                organisation_id=visit.principal.organisation_id,
                model_id=details.model.id,
                requested=details.requested_training,
                limit=query.limit,
                cursor=query.cursor,
            )
        )
    )


@trainings.route("GET", "/trainings/{training_id}", answer=Training)
def show_training(visit: Visit, details: ModelDetails, training_id: str) -> Answer:
    """Show a training with its progress and its evaluation."""
    return Answer(
        visit.call.json(
            GetTraining(
                organisation_id=visit.principal.organisation_id,
                model_id=details.model.id,
                training_id=training_id,
                requested=details.requested_training,
            )
        )
    )


@trainings.route("GET", "/artifact", status=307, errors=["not-ready-to-run"])
def download_artifact(visit: Visit, details: ModelDetails) -> Answer:
    """Redirect to the trained model, a CTranslate2 directory as `.tar.gz`."""
    if details.artifact is None:
        raise ArgotError("not-ready-to-run", "The model has not been trained yet")
    signed = visit.call(
        DownloadArtifact(
            organisation_id=visit.principal.organisation_id,
            artifact=details.artifact,
            file_name=f"{details.model.key}.tar.gz",
        )
    )
    return Answer(location=signed.url)
