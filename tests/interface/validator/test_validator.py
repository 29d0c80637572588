"""The validator on the real bus and both databases."""

import threading
from collections.abc import Iterator

import pytest
from uuid6 import uuid7

from shared.errors import ArgotError
from shared.events.catalog import CustomModelDeleted
from shared.events.ingest import DatasetDeleted, DatasetRejected, DatasetUploaded
from shared.rpc.validator import Assessment, Validate
from shared.runtime.testing.calls import TestCaller
from shared.runtime.testing.events import publish
from shared.runtime.testing.processes import ServiceProcess


@pytest.fixture(scope="module")
def validator(
    amqp_url: str, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServiceProcess]:
    settings = {
        "ARGOT_AMQP_URL": amqp_url,
        "ARGOT_DATABASE_URL": database_url,
        "ARGOT_CATCH_UP_SECONDS": "2",
    }
    with ServiceProcess("services.validator", settings, tmp_path_factory.mktemp("log")) as process:
        yield process


@pytest.fixture
def call(amqp_url: str, validator: ServiceProcess) -> Iterator[TestCaller]:
    with TestCaller(amqp_url) as caller:
        yield caller


class Model:
    """A model whose dataset events a test publishes, as ingest would."""

    def __init__(self, amqp_url: str, call: TestCaller) -> None:
        self.about = {"organisation_id": "org", "model_id": str(uuid7())}
        self._amqp_url = amqp_url
        self._call = call

    def uploaded(self, name: str, revision: int, dataset_id: str | None = None) -> DatasetUploaded:
        audio = name.endswith(".wav")
        return DatasetUploaded(
            **self.about,
            dataset_id=dataset_id or str(uuid7()),
            name=name,
            revision=revision,
            type="AUDIO" if audio else "TRANSCRIPT",
            storage_key=f"datasets/{name}",
            size=9,
            sha256="0" * 64,
            duration=400 if audio else None,
            start_time=0,
            end_time=400,
            cues=None if audio else 12,
        )

    def publish(self, *events: DatasetUploaded | DatasetRejected | DatasetDeleted) -> None:
        for event in events:
            publish(self._amqp_url, event)

    def validate(self, revision: int, organisation: str = "org") -> Assessment:
        request = Validate(**self.about, revision=revision, with_pairs=True)
        return self._call(request.model_copy(update={"organisation_id": organisation}))


@pytest.fixture
def model(amqp_url: str, call: TestCaller) -> Model:
    return Model(amqp_url, call)


def test_two_pairs_are_judged_and_given_back(model: Model) -> None:
    names = ("a.wav", "a.vtt", "b.wav", "b.vtt")
    model.publish(*(model.uploaded(name, place) for place, name in enumerate(names, 1)))

    found = model.validate(revision=4)

    assert found.verdict.valid
    assert (found.files, found.transcripts, found.verdict.total_duration) == (4, 2, 800)
    assert [pair.audio.storage_key for pair in found.pairs] == ["datasets/a.wav", "datasets/b.wav"]


def test_a_model_without_data_has_no_files(model: Model) -> None:
    assert model.validate(revision=0).files == 0


def test_another_organisation_sees_no_files(model: Model) -> None:
    model.publish(model.uploaded("a.wav", 1))

    assert model.validate(revision=1).files == 1
    assert model.validate(revision=1, organisation="other").files == 0


def test_a_revision_that_is_not_known_yet_is_not_judged(model: Model) -> None:
    model.publish(model.uploaded("a.wav", 1), model.uploaded("a.vtt", 3))

    with pytest.raises(ArgotError, match="not-ready-to-run"):
        model.validate(revision=3)


def test_the_verdict_waits_for_events_on_their_way(model: Model) -> None:
    late = threading.Timer(0.5, model.publish, [model.uploaded("a.wav", 1)])
    late.start()

    assert model.validate(revision=1).files == 1
    late.join()


def test_a_repeated_event_counts_once(model: Model) -> None:
    event = model.uploaded("a.wav", 1)
    model.publish(event, event)

    assert model.validate(revision=1).files == 1


def test_rejected_and_deleted_files_are_not_judged_and_their_revisions_count(model: Model) -> None:
    gone, bad = str(uuid7()), str(uuid7())
    about = {**model.about, "dataset_id": gone, "name": "a.wav"}
    model.publish(
        DatasetDeleted(**about, revision=2),  # overtakes its upload
        model.uploaded("a.wav", 1, gone),
        DatasetRejected(
            **{**about, "dataset_id": bad}, revision=3, code="unreadable-audio", message="m"
        ),
    )

    assert model.validate(revision=3).files == 0


def test_a_deleted_model_is_forgotten(amqp_url: str, model: Model) -> None:
    model.publish(model.uploaded("a.wav", 1))
    assert model.validate(revision=1).files == 1

    publish(amqp_url, CustomModelDeleted(**model.about))

    for _ in range(100):
        if model.validate(revision=0).files == 0:
            return
    pytest.fail("the files are still known")


def test_a_killed_validator_goes_on(model: Model, validator: ServiceProcess, amqp_url: str) -> None:
    validator.kill()
    model.publish(model.uploaded("a.wav", 1))
    validator.start()

    assert model.validate(revision=1).files == 1
