"""The validator on the real bus and both databases."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import func, insert, select
from uuid6 import uuid7

from services.validator.models import FileRow
from shared.errors import ArgotError
from shared.events.catalog import CustomModelDeleted
from shared.events.data import AudioLevels, TextFacts
from shared.events.ingest import DatasetDeleted, DatasetRejected, DatasetUploaded
from shared.rpc.validator import Assessment, Validate
from shared.runtime.database import Database
from shared.runtime.tables import inbox
from shared.runtime.testing.calls import TestCaller
from shared.runtime.testing.events import publish
from shared.runtime.testing.processes import ServiceProcess
from shared.speech.filenames import FileKind, dataset_type, kind_of


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

    def uploaded(
        self, name: str, revision: int, dataset_id: str | None = None, **facts: object
    ) -> DatasetUploaded:
        kind = kind_of(name) or FileKind.TRANSCRIPT
        audio = kind is FileKind.AUDIO
        usual = {
            "type": dataset_type(kind),
            "storage_key": f"datasets/{name}",
            "size": 9,
            "sha256": hashlib.sha256(name.encode()).hexdigest(),
            "duration": 400 if audio else None,
            "start_time": 0,
            "end_time": 400,
            "cues": None if audio else 12,
        }
        about = {**self.about, "dataset_id": dataset_id or str(uuid7()), "name": name}
        return DatasetUploaded(**{**about, "revision": revision, **usual, **facts})

    def publish(self, *events: DatasetUploaded | DatasetRejected | DatasetDeleted) -> None:
        for event in events:
            publish(self._amqp_url, event)

    def validate(
        self, revision: int, organisation: str = "org", language: str | None = None
    ) -> Assessment:
        request = Validate(**self.about, revision=revision, with_pairs=True, language=language)
        return self._call(request.model_copy(update={"organisation_id": organisation}))


def wait_until(met: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.05)


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


def test_a_manifest_pairs_with_the_audio_that_it_names(model: Model) -> None:
    model.publish(
        model.uploaded("all.jsonl", 1, named=["A.wav", "b.wav", "gone.wav"]),
        model.uploaded("a.wav", 2),
        model.uploaded("b.wav", 3),
        model.uploaded("b.vtt", 4),
    )

    found = model.validate(revision=4)

    assert [(pair.audio.name, pair.transcript.name) for pair in found.pairs] == [
        ("a.wav", "all.jsonl"),
        ("b.wav", "b.vtt"),
    ]
    assert found.verdict.valid
    assert [each.code for each in found.verdict.warnings] == [
        "several-transcripts",
        "audio-not-uploaded",
    ]


def test_what_looks_wrong_is_warned_about_and_does_not_block(model: Model) -> None:
    model.publish(
        model.uploaded("a.wav", 1, levels=AudioLevels(peak=1, silence=0.99, clipping=0.25)),
        model.uploaded("b.wav", 2),
        model.uploaded("a.vtt", 3),
        model.uploaded(
            "b.vtt",
            4,
            end_time=500,
            text=TextFacts(
                characters=12_000, words=9, spoken_seconds=380, longest_label=900, language="de"
            ),
        ),
        DatasetRejected(
            **model.about,
            dataset_id=str(uuid7()),
            name="c.wav",
            revision=5,
            code="unreadable-audio",
            message="The file is no audio.",
        ),
    )

    found = model.validate(revision=5, language="fr").verdict

    assert found.valid
    assert [(each.code, each.file) for each in found.warnings] == [
        ("failed-file", "c.wav"),
        ("ends-after-audio", "b.vtt"),
        ("text-too-dense", "b.vtt"),
        ("long-label", "b.vtt"),
        ("other-language", "b.vtt"),
        ("silent-audio", "a.wav"),
        ("clipped-audio", "a.wav"),
    ]


def test_thousands_of_files_are_answered_with_every_name(
    model: Model, database_url: str, validator: ServiceProcess
) -> None:
    names = [
        *(f"pair-{number}.{end}" for number in range(5000) for end in ("wav", "vtt")),
        *(f"{'long' * 50}-{number}.wav" for number in range(3000)),
    ]
    rows = [
        {
            **model.about,
            "dataset_id": str(uuid7()),
            "name": name,
            "settled_revision": revision,
            "type": "AUDIO" if name.endswith("wav") else "TRANSCRIPT",
            "storage_key": f"datasets/org/{model.about['model_id']}/{revision:032}",
            "size": 10**9,
            "sha256": f"{revision:064}",
            "duration": 3.5,
        }
        for revision, name in enumerate(names, 1)
    ]
    database = Database(database_url)
    with database.transaction() as session:
        session.execute(insert(FileRow), rows)
    database.close()

    found = model.validate(revision=len(names))

    assert len(found.pairs) == found.verdict.matched_pairs == 5000
    assert len(found.verdict.unmatched_audio) == 3000


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


def test_of_a_deleted_model_nothing_is_kept(
    amqp_url: str, model: Model, database_url: str, validator: ServiceProcess
) -> None:
    uploads = [model.uploaded(f"{number}.wav", number) for number in range(1, 21)]
    ids = {
        publish(amqp_url, event)
        for event in [*uploads[:10], CustomModelDeleted(**model.about), *uploads[10:]]
    }
    database = Database(database_url)

    def handled() -> bool:
        query = select(func.count()).where(inbox.c.message_id.in_(ids))
        with database.reading() as session:
            return session.scalar(query) == len(ids)

    wait_until(handled)
    with database.reading() as session:
        rows = select(func.count()).where(FileRow.model_id == model.about["model_id"])
        assert session.scalar(rows) == 0
    database.close()


def test_a_killed_validator_goes_on(model: Model, validator: ServiceProcess, amqp_url: str) -> None:
    validator.kill()
    model.publish(model.uploaded("a.wav", 1))
    validator.start()

    assert model.validate(revision=1).files == 1
