"""The catalog as a process, with neighbours that a test sets up."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from uuid6 import uuid7

from shared.errors import ArgotError
from shared.events.data import DatasetFile, Pair
from shared.rpc.catalog import CreateModel, CustomModel, PublishLanguage, TrainModel
from shared.rpc.contract import Nothing
from shared.rpc.ingest import DatasetsState, GetDatasetsState
from shared.rpc.quota import Claim, ReleaseClaim, TakeClaim
from shared.rpc.validator import Assessment, Finding, Validate, Verdict
from shared.runtime.database import now
from shared.runtime.testing.calls import TestCaller
from shared.runtime.testing.neighbours import Neighbour
from shared.runtime.testing.processes import ServiceProcess


def pair(stem: str) -> Pair:
    def file(name: str) -> DatasetFile:
        return DatasetFile(
            dataset_id=name, name=name, storage_key=name, size=1, sha256="0" * 64, duration=400
        )

    return Pair(audio=file(f"{stem}.wav"), transcript=file(f"{stem}.vtt"))


def refuse(error: ArgotError) -> Any:
    raise error


@dataclass
class Neighbours:
    """What ingest, the validator and quota say; a test changes it."""

    state: DatasetsState = DatasetsState(revision=4, processing=0)
    files: int = 4
    errors: list[Finding] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    claim_refusal: ArgotError | None = None
    before_claim: Any = None
    claimed: list[str] = field(default_factory=list)
    released: list[str] = field(default_factory=list)

    def assess(self, request: Validate) -> Assessment:
        assert (request.revision, request.language) == (self.state.revision, "fr")
        verdict = Verdict(
            valid=not self.errors,
            errors=self.errors,
            warnings=[],
            matched_pairs=2,
            total_duration=800,
            unmatched_audio=self.unmatched,
            unmatched_transcripts=[],
        )
        return Assessment(
            verdict=verdict,
            files=self.files,
            transcripts=self.files // 2,
            pairs=[pair("a"), pair("b")] if request.with_pairs else [],
        )

    def take(self, request: TakeClaim) -> Claim:
        self.claimed.append(request.training_id)
        if self.before_claim is not None:
            self.before_claim()
        if self.claim_refusal is not None:
            refuse(self.claim_refusal)
        return Claim(
            id=str(uuid7()),
            kind="training",
            training_id=request.training_id,
            model_id=request.model_id,
            price=0,
            state="claimed",
            created_at=now(),
        )

    def release(self, request: ReleaseClaim) -> Nothing:
        self.released.append(request.training_id)
        return Nothing()


@pytest.fixture(scope="module")
def catalog(
    amqp_url: str, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServiceProcess]:
    settings = {
        "ARGOT_AMQP_URL": amqp_url,
        "ARGOT_DATABASE_URL": database_url,
        "ARGOT_CLAIM_SECONDS": "0.5",
        "ARGOT_RPC_TIMEOUT": "4",
    }
    with ServiceProcess("services.catalog", settings, tmp_path_factory.mktemp("log")) as process:
        yield process


@pytest.fixture
def call(amqp_url: str, catalog: ServiceProcess) -> Iterator[TestCaller]:
    with TestCaller(amqp_url) as caller:
        yield caller


@pytest.fixture
def neighbours(amqp_url: str) -> Iterator[Neighbours]:
    said = Neighbours()
    with ExitStack() as stack:
        for service, answers in {
            "ingest": {GetDatasetsState: lambda _: said.state},
            "validator": {Validate: said.assess},
            "quota": {TakeClaim: said.take, ReleaseClaim: said.release},
        }.items():
            stack.enter_context(Neighbour(amqp_url, service, answers))
        yield said


@pytest.fixture
def organisation(call: TestCaller) -> str:
    """An organisation that may use French."""
    name = f"org-{uuid7()}"
    call(PublishLanguage(organisation_id=name, language="fr"))
    return name


@pytest.fixture
def model(call: TestCaller, organisation: str) -> CustomModel:
    return call(CreateModel(organisation_id=organisation, name="Dictation", language="fr"))


@pytest.fixture
def train(organisation: str, model: CustomModel) -> TrainModel:
    """A click on Train."""
    return TrainModel(
        organisation_id=organisation,
        model_id=model.id,
        skip_unmatched=False,
        idempotency_key=None,
    )
