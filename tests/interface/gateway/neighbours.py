"""Fake neighbours of the gateway behind the real typed ports, with their state in memory.

Run as a script with the names of the services to be. A model id `slow-<seconds>` answers late;
`echo` has the request id that reached the catalog as its name.
"""

from shared.runtime.service import launcher  # isort: skip (makes the process green)

import sys
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import eventlet
import structlog
from fake_transcriber import FakeTranscriber
from nameko.runners import ServiceRunner

from shared.errors import ArgotError
from shared.events.data import StoredFile
from shared.rpc import catalog, ingest, quota, trainer, uploads, validator
from shared.rpc.contract import Nothing, Page
from shared.runtime.health import Health
from shared.runtime.service.calls import answers
from shared.runtime.service.dependencies import RequestContext
from shared.runtime.settings import RuntimeSettings

TIME = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
ARTIFACT = StoredFile(storage_key="models/m.tar.gz", size=1, sha256="0" * 64)
RICH = "acme"
"""The organisation that owns every model but `foreign` and has the feature from the start."""


def custom_model(model_id: str, name: str = "Cardiology", status: int = 1) -> catalog.CustomModel:
    return catalog.CustomModel(
        id=model_id,
        key="fr-cardiology",
        name=name,
        language="fr",
        language_name="French",
        status=status,
        status_name="not_running",
        enabled=False,
        failure=None,
        last_modified=TIME,
        created_at=TIME,
    )


class Catalog:
    name = "catalog"
    request = RequestContext()

    @answers(catalog.GetModel)
    def get_model(self, request: catalog.GetModel) -> catalog.ModelDetails:
        model_id = request.model_id
        if model_id.startswith("slow-"):
            eventlet.sleep(float(model_id.partition("-")[2]))
        elif model_id == "echo":
            bound = structlog.contextvars.get_contextvars()
            name = f"{bound['request_id']} {bound['traceparent']}"
            return self._details(custom_model(model_id, name))
        elif model_id == "broken":
            raise RuntimeError("secret text")
        elif model_id not in {"m1", "trained"} or request.organisation_id != RICH:
            raise ArgotError("custom-model-not-found")
        return self._details(custom_model(model_id))

    def _details(self, model: catalog.CustomModel) -> catalog.ModelDetails:
        trained = model.id == "trained"
        requested = catalog.RequestedTraining(id="t1", requested_at=TIME) if trained else None
        artifact = ARTIFACT if trained else None
        return catalog.ModelDetails(model=model, requested_training=requested, artifact=artifact)

    @answers(catalog.ListModels)
    def list_models(self, request: catalog.ListModels) -> Page[catalog.CustomModel]:
        if request.cursor == "bad":
            raise ArgotError("invalid-request", "Unknown cursor")
        models = [custom_model(f"m{number}") for number in range(request.limit)]
        return Page(items=models, next_cursor="more")

    @answers(catalog.CreateModel)
    def create_model(self, request: catalog.CreateModel) -> catalog.CustomModel:
        if request.language == "tlh":
            raise ArgotError("invalid-language")
        return custom_model("m1", request.name)

    @answers(catalog.RenameModel)
    def rename_model(self, request: catalog.RenameModel) -> catalog.CustomModel:
        return custom_model(request.model_id, request.name)

    @answers(catalog.DeleteModel)
    def delete_model(self, _request: catalog.DeleteModel) -> Nothing:
        return Nothing()

    @answers(catalog.ListLanguages)
    def list_languages(self, request: catalog.ListLanguages) -> catalog.Languages:
        base = catalog.Language(key="fr", name="French", kind="base")
        custom = catalog.Language(
            key="fr-x", name="X", kind="custom", model_id="m1", base_language="fr"
        )
        return catalog.Languages(items=[base, custom][: 1 + (request.purpose != "training")])

    @answers(catalog.TrainModel)
    def train_model(self, request: catalog.TrainModel) -> catalog.RequestedTraining:
        if not request.skip_unmatched:
            raise ArgotError("unmatched-audio", extra={"unmatched_audio": ["a.wav", "b.wav"]})
        return catalog.RequestedTraining(id=request.idempotency_key or "t2", requested_at=TIME)

    @answers(catalog.FindTranscriptionTarget)
    def find_transcription_target(
        self, request: catalog.FindTranscriptionTarget
    ) -> catalog.TranscriptionTarget:
        if request.key == "tlh":
            raise ArgotError("invalid-language")
        if request.key not in {"fr", "fr-x"}:
            raise ArgotError("language-not-published")
        custom = request.key == "fr-x"
        return catalog.TranscriptionTarget(
            key=request.key,
            language="fr",
            base_model="whisper-base",
            model_id="m1" if custom else None,
            artifact=ARTIFACT if custom else None,
        )

    @answers(catalog.PublishLanguage)
    def publish_language(self, request: catalog.PublishLanguage) -> Nothing:
        if request.granted_by is not None and request.language != "fr":
            raise ArgotError("language-not-published")
        return Nothing()

    @answers(catalog.WithdrawLanguage)
    def withdraw_language(self, _request: catalog.WithdrawLanguage) -> Nothing:
        return Nothing()


class Quota:
    name = "quota"
    request = RequestContext()
    parents: ClassVar[dict[str, str]] = {}
    plans: ClassVar[dict[str, quota.Plan]] = {
        RICH: quota.Plan(
            features=["automatic_training"],
            training=quota.Allowance(),
            hosting=quota.Allowance(),
            anchor=date(2025, 1, 31),
        )
    }

    @answers(quota.GetFeatures)
    def get_features(self, request: quota.GetFeatures) -> quota.Features:
        plan = self.plans.get(request.organisation_id)
        parent = (plan and plan.parent_org) or self.parents.get(request.organisation_id)
        return quota.Features(features=plan.features if plan else [], parent_org=parent)

    @answers(quota.NoteParent)
    def note_parent(self, request: quota.NoteParent) -> Nothing:
        self.parents.setdefault(request.organisation_id, request.parent_org)
        return Nothing()

    @answers(quota.PutPlan)
    def put_plan(self, request: quota.PutPlan) -> quota.Plan:
        self.plans[request.organisation_id] = request.plan
        return request.plan

    @answers(quota.GetPlan)
    def get_plan(self, request: quota.GetPlan) -> quota.Plan:
        if request.organisation_id not in self.plans:
            raise ArgotError("not-found")
        return self.plans[request.organisation_id]

    @answers(quota.GetRemainingClaims)
    def get_remaining_claims(self, request: quota.GetRemainingClaims) -> quota.RemainingClaims:
        plan = self.get_plan(quota.GetPlan(organisation_id=request.organisation_id))
        start = datetime.combine(plan.anchor, time(), UTC)
        return quota.RemainingClaims(
            period=quota.BillingPeriod(start=start, end=start + timedelta(days=31)),
            training=quota.Remaining(used=0, limit=None, next_price=Decimal(0)),
            hosting=quota.Remaining(used=0, limit=0, next_price=None),
            budget_left=Decimal("12.50"),
        )

    @answers(quota.ListClaims)
    def list_claims(self, _request: quota.ListClaims) -> Page[quota.Claim]:
        return Page(items=[])


def upload_state(size: int) -> uploads.UploadState:
    return uploads.UploadState(
        status="open", size=size, part_size=uploads.PART_SIZE, received=[], dataset_id=None
    )


def dataset(dataset_id: str) -> ingest.Dataset:
    return ingest.Dataset(
        id=dataset_id,
        name="a.wav",
        type="AUDIO",
        status="ready",
        failure=None,
        duration=1.5,
        url="/api/v1/…",
        start_time=0,
        end_time=1.5,
        size=3,
        created_at=TIME,
    )


class Ingest:
    name = "ingest"
    request = RequestContext()

    @answers(ingest.OpenUploads)
    def open_uploads(self, request: ingest.OpenUploads) -> ingest.OpenedUploads:
        items = [
            ingest.OpenedUpload(
                name=file.name, status="created", upload_id="u1", part_size=1, part_count=1
            )
            if file.size
            else ingest.OpenedUpload(
                name=file.name, status="rejected", code="invalid-request", detail="Empty"
            )
            for file in request.files
        ]
        return ingest.OpenedUploads(items=items)

    @answers(ingest.GetUpload)
    def get_upload(self, request: ingest.GetUpload) -> uploads.UploadState:
        if request.upload_id in ("aborted", "completed"):
            return upload_state(1).model_copy(update={"status": request.upload_id})
        self._known(request)
        return upload_state(1)

    @answers(ingest.SignParts)
    def sign_parts(self, request: ingest.SignParts) -> uploads.SignedParts:
        self._known(request)
        part = uploads.SignedPart(
            part_number=1, url="http://storage/?sig", headers={}, size=1, expires_at=TIME
        )
        return uploads.SignedParts(items=[part])

    @answers(ingest.CompleteUpload)
    def complete_upload(self, request: ingest.CompleteUpload) -> ingest.Dataset:
        self._known(request)
        return dataset("d1")

    @answers(ingest.AbortUpload)
    def abort_upload(self, request: ingest.AbortUpload) -> Nothing:
        self._known(request)
        return Nothing()

    def _known(self, request: Any) -> None:
        if request.upload_id != "u1" or request.organisation_id != RICH:
            raise ArgotError("upload-not-found")

    @answers(ingest.ListDatasets)
    def list_datasets(self, _request: ingest.ListDatasets) -> Page[ingest.Dataset]:
        return Page(items=[dataset("d1")])

    @answers(ingest.DownloadDataset)
    def download_dataset(self, request: ingest.DownloadDataset) -> ingest.SignedUrl:
        if request.dataset_id != "d1":
            raise ArgotError("dataset-not-found")
        return ingest.SignedUrl(url="http://storage/d1?X-Amz-Signature=abc")

    @answers(ingest.DeleteDataset)
    def delete_dataset(self, _request: ingest.DeleteDataset) -> Nothing:
        return Nothing()

    @answers(ingest.GetDatasetsState)
    def get_datasets_state(self, request: ingest.GetDatasetsState) -> ingest.DatasetsState:
        return ingest.DatasetsState(revision=7, processing=int(request.model_id == "trained"))


class Validator:
    name = "validator"
    request = RequestContext()

    @answers(validator.Validate)
    def validate(self, request: validator.Validate) -> validator.Assessment:
        verdict = validator.Verdict(
            valid=False,
            errors=[
                validator.Finding(
                    code="validation_failed", message=f"at {request.revision} in {request.language}"
                )
            ],
            warnings=[validator.Finding(code="unsafe", message="Unsafe filename", file="a b.wav")],
            matched_pairs=0,
            total_duration=0.0,
            unmatched_audio=[],
            unmatched_transcripts=[],
        )
        return validator.Assessment(verdict=verdict, files=0, transcripts=0, pairs=[])


def training(training_id: str) -> trainer.Training:
    return trainer.Training(
        id=training_id,
        status=2,
        status_name="provisioning",
        started_at=None,
        finished_at=None,
        progress=trainer.Progress(phase="queued", percent=0, eta_seconds=None, loss=[(1, 2.5)]),
        evaluation=None,
        data=trainer.UNKNOWN_DATA,
        failure=None,
    )


class Trainer:
    name = "trainer"
    request = RequestContext()

    @answers(trainer.ListTrainings)
    def list_trainings(self, request: trainer.ListTrainings) -> Page[trainer.Training]:
        return Page(items=[training(request.requested.id)] if request.requested else [])

    @answers(trainer.GetTraining)
    def get_training(self, request: trainer.GetTraining) -> trainer.Training:
        if request.requested is None or request.requested.id != request.training_id:
            raise ArgotError("training-not-found")
        return training(request.training_id)

    @answers(trainer.DownloadArtifact)
    def download_artifact(self, request: trainer.DownloadArtifact) -> ingest.SignedUrl:
        return ingest.SignedUrl(url=f"http://storage/{request.file_name}")


FAKES: list[Any] = [Catalog, Quota, Ingest, Validator, Trainer, FakeTranscriber]


def main(names: list[str]) -> None:
    settings = RuntimeSettings()
    launcher.logging.configure("neighbours", settings.log_level, settings.log_format)
    amqp_url = settings.amqp_url.get_secret_value()
    runner = ServiceRunner({"AMQP_URI": amqp_url, "settings": settings, "health": Health()})
    for fake in FAKES:
        if fake.name in names:
            runner.add_service(fake)
    runner.start()
    runner.wait()


if __name__ == "__main__":
    main(sys.argv[1:])
