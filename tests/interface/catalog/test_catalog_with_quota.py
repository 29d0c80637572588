"""The catalog and quota together: models compete for the hosting that their plan has."""

import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from shared.events.data import DataUse, Evaluation, StoredFile
from shared.events.trainer import TrainingSucceeded
from shared.rpc.catalog import (
    CreateModel,
    CustomModel,
    DeleteModel,
    GetModel,
    ListLanguages,
    PublishLanguage,
    TrainModel,
)
from shared.rpc.ingest import DatasetsState, GetDatasetsState
from shared.rpc.quota import Allowance, ListClaims, Plan, PutPlan
from shared.rpc.validator import Assessment, Validate, Verdict
from shared.runtime.testing.calls import TestCaller
from shared.runtime.testing.events import publish
from shared.runtime.testing.neighbours import Neighbour
from shared.runtime.testing.processes import ServiceProcess

ORGANISATION = "acme"
READY = DatasetsState(revision=4, processing=0)
FIT = Assessment(
    verdict=Verdict(
        valid=True,
        errors=[],
        warnings=[],
        matched_pairs=2,
        total_duration=800,
        unmatched_audio=[],
        unmatched_transcripts=[],
    ),
    files=4,
    transcripts=2,
    pairs=[],
)


@pytest.fixture
def call(amqp_url: str, tmp_path: Path) -> Iterator[TestCaller]:
    def settings(name: str) -> dict[str, str]:
        return {
            "ARGOT_AMQP_URL": amqp_url,
            "ARGOT_DATABASE_URL": f"sqlite:///{tmp_path / name}.db",
        }

    with (
        ServiceProcess("services.catalog", settings("catalog"), tmp_path),
        ServiceProcess("services.quota", settings("quota"), tmp_path),
        Neighbour(
            amqp_url,
            "ingest",
            {GetDatasetsState: lambda _: DatasetsState(revision=4, processing=0)},
        ),
        Neighbour(amqp_url, "validator", {Validate: lambda _: FIT}),
        TestCaller(amqp_url) as caller,
    ):
        yield caller


def put_plan(call: TestCaller, hosting: int) -> None:
    plan = Plan(
        features=["automatic_training"],
        training=Allowance(),
        hosting=Allowance(limit=hosting),
        anchor=date(2026, 1, 31),
    )
    call(PutPlan(organisation_id=ORGANISATION, plan=plan))


def trained(amqp_url: str, call: TestCaller, name: str) -> CustomModel:
    """A model whose training succeeded."""
    model = call(CreateModel(organisation_id=ORGANISATION, name=name, language="fr"))
    about = {"organisation_id": ORGANISATION, "model_id": model.id}
    training = call(TrainModel(**about, skip_unmatched=False, idempotency_key=None))
    publish(
        amqp_url,
        TrainingSucceeded(
            **about,
            training_id=training.id,
            artifact=StoredFile(storage_key="k", size=1, sha256="0" * 64),
            evaluation=Evaluation(
                baseline_wer=0.2, wer=0.1, ci95=(0.05, 0.15), test_seconds=9, samples=[]
            ),
            data=DataUse(segments=2, seconds_used=800, dropped=[]),
        ),
    )
    until(lambda: read(call, model).status == 4)
    return read(call, model)


def read(call: TestCaller, model: CustomModel) -> CustomModel:
    return call(GetModel(organisation_id=ORGANISATION, model_id=model.id)).model


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never held"
        time.sleep(0.01)


def offered(call: TestCaller) -> list[str]:
    request = ListLanguages(organisation_id=ORGANISATION, purpose="transcription")
    return [each.name for each in call(request).items if each.kind == "custom"]


def test_models_get_hosting_in_turn_without_anybody_asking(amqp_url: str, call: TestCaller) -> None:
    call(PublishLanguage(organisation_id=ORGANISATION, language="fr"))
    put_plan(call, hosting=1)

    first = trained(amqp_url, call, "First")
    second, third = trained(amqp_url, call, "Second"), trained(amqp_url, call, "Third")

    assert (first.enabled, first.failure) == (True, None)
    for waiting in (second, third):
        assert not waiting.enabled
        assert waiting.failure is not None
        assert waiting.failure.code == "no-claims-available"
    assert offered(call) == ["First"]

    call(DeleteModel(organisation_id=ORGANISATION, model_id=first.id))
    assert offered(call) == []
    until(lambda: read(call, second).enabled)
    assert read(call, second).failure is None
    assert offered(call) == ["Second"]

    put_plan(call, hosting=2)
    until(lambda: read(call, third).enabled)
    assert offered(call) == ["Second", "Third"]
    ledger = call(ListClaims(organisation_id=ORGANISATION)).items
    assert sorted(claim.state for claim in ledger if claim.kind == "hosting") == [
        "committed",
        "committed",
        "released",
    ]
