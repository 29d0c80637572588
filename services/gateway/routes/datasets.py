"""The datasets of a custom model, and the verdict on them."""

from typing import Annotated, Literal

from pydantic import Field

from services.gateway.routes.answers import without
from services.gateway.routes.idempotency import idempotency
from services.gateway.routes.models import PATH
from services.gateway.routes.table import AS_WHOLE, Answer, Body, Group, NoBody, PageQuery, Visit
from shared.errors import ArgotError
from shared.rpc.catalog import ModelDetails
from shared.rpc.contract import Page
from shared.rpc.ingest import (
    Dataset,
    DeleteDataset,
    DownloadDataset,
    GetDatasetsState,
    ListDatasets,
    NamedFile,
    OpenedUploads,
    OpenUploads,
)
from shared.rpc.validator import Validate, Verdict

datasets = Group(f"{PATH}/{{model_id}}", "Datasets", feature="automatic_training")


class NewFile(Body):
    """A file to send; `size` in bytes. What it may be is judged for each file of a batch."""

    name: str
    size: Annotated[int, AS_WHOLE]


class NewUploads(Body):
    """Files to add to a custom model."""

    type: Literal["auto", "AUDIO", "TRANSCRIPT"]
    files: list[NewFile] = Field(min_length=1)


@datasets.route(
    "POST",
    "/uploads",
    status=201,
    answer=OpenedUploads,
    errors=["batch-too-large", "ffmpeg_unavailable"],
)
def open_uploads(
    visit: Visit, details: ModelDetails, body: NewUploads, idempotency_key: str | None
) -> Answer:
    """Open uploads for the files of a batch."""
    opened = visit.call.json(
        OpenUploads(
            organisation_id=visit.principal.organisation_id,
            model_id=details.model.id,
            type=body.type,
            files=[NamedFile(name=file.name, size=file.size) for file in body.files],
            idempotency=idempotency(idempotency_key, body, details.model.id),
        )
    )
    return Answer({"items": [without(item, *item) for item in opened["items"]]})


@datasets.route("GET", "/datasets", answer=Page[Dataset], errors=["invalid-request"])
def list_datasets(visit: Visit, details: ModelDetails, query: PageQuery) -> Answer:
    """List the dataset rows, newest change first."""
    return Answer(
        visit.call.json(
            ListDatasets(
                organisation_id=visit.principal.organisation_id,
                model_id=details.model.id,
                limit=query.limit,
                cursor=query.cursor,
            )
        )
    )


@datasets.route("GET", "/datasets/{dataset_id}/download", status=307, errors=["not-ready-to-run"])
def download_dataset(visit: Visit, details: ModelDetails, dataset_id: str) -> Answer:
    """Redirect to the file in storage, by a URL that holds for a few minutes."""
    signed = visit.call(
        DownloadDataset(
            organisation_id=visit.principal.organisation_id,
            model_id=details.model.id,
            dataset_id=dataset_id,
        )
    )
    return Answer(location=signed.url)


@datasets.route("DELETE", "/datasets/{dataset_id}", status=204)
def delete_dataset(visit: Visit, details: ModelDetails, dataset_id: str) -> Answer:
    """Delete a dataset row and its file."""
    visit.call.json(
        DeleteDataset(
            organisation_id=visit.principal.organisation_id,
            model_id=details.model.id,
            dataset_id=dataset_id,
        )
    )
    return Answer()


@datasets.route("POST", "/validation", answer=Verdict, errors=["not-ready-to-run"])
def validate(
    visit: Visit,
    details: ModelDetails,
    body: NoBody = NoBody(),  # noqa: ARG001, B008 (it is checked; frozen)
) -> Answer:
    """Judge whether a training may start on the datasets."""
    organisation_id, model_id = visit.principal.organisation_id, details.model.id
    state = visit.call(GetDatasetsState(organisation_id=organisation_id, model_id=model_id))
    if state.processing:
        raise ArgotError("not-ready-to-run", "Some datasets are still being processed")
    language = details.model.language.partition("-")[0]
    verdict = visit.call.json(
        Validate(
            organisation_id=organisation_id,
            model_id=model_id,
            revision=state.revision,
            language=language,
        )
    )["verdict"]
    for kind in ("errors", "warnings"):
        verdict[kind] = [without(finding, "file") for finding in verdict[kind]]
    return Answer(verdict)
