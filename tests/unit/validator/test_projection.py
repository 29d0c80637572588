"""What the validator knows does not depend on when, how often and in which order it was told."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from uuid6 import uuid7

from services.validator import handlers, models
from services.validator.models import FileRow
from shared.errors import ArgotError
from shared.events.catalog import CustomModelDeleted
from shared.events.data import AudioLevels, TextFacts
from shared.events.ingest import (
    DatasetDeleted,
    DatasetEvent,
    DatasetRejected,
    DatasetUploaded,
)
from shared.rpc.validator import Validate
from shared.runtime import tables
from shared.runtime.database import AlreadyHandledError, Database
from shared.runtime.deliveries import Delivery

HANDLERS = {
    DatasetUploaded: handlers.dataset_uploaded,
    DatasetRejected: handlers.dataset_rejected,
    DatasetDeleted: handlers.dataset_deleted,
    CustomModelDeleted: handlers.custom_model_deleted,
}
quick = settings(max_examples=30)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('database') / 'validator.db'}")
    models.Base.metadata.create_all(database.engine)
    tables.metadata.create_all(database.engine)
    yield database
    database.close()


class History:
    """The dataset events of a new model, as ingest numbers them, and what they come to."""

    def __init__(self, fates: list[str]) -> None:
        self.about = {"organisation_id": "org", "model_id": str(uuid7())}
        self.events: list[DatasetEvent] = []
        self.ready: set[str] = set()
        self.failed: set[str] = set()
        for number, fate in enumerate(fates):
            name = f"{number}.wav" if number % 2 else f"{number}.vtt"
            about = {**self.about, "dataset_id": str(uuid7()), "name": name}
            if "rejected" in fate:
                self._add(DatasetRejected, about, code="unreadable-audio", message="No audio.")
                self.failed.add(name)
            elif "uploaded" in fate:
                self._add(DatasetUploaded, about, **self._facts(name))
                self.ready.add(name)
            if "deleted" in fate:
                self._add(DatasetDeleted, about)
                self.ready.discard(name)
                self.failed.discard(name)

    def _add(self, kind: type[DatasetEvent], about: dict[str, str], **more: object) -> None:
        self.events.append(kind(**about, revision=len(self.events) + 1, **more))

    def _facts(self, name: str) -> dict[str, object]:
        audio = name.endswith("wav")
        return {
            "type": "AUDIO" if audio else "TRANSCRIPT",
            "storage_key": name,
            "size": 9,
            "sha256": name,
            "duration": 400.0 if audio else None,
            "start_time": 0.0,
            "end_time": 400.0,
            "cues": None if audio else 12,
            "levels": AudioLevels(peak=1, silence=0.25, clipping=0.125) if audio else None,
            "text": None
            if audio
            else TextFacts(
                characters=5, words=1, spoken_seconds=3.5, longest_label=7, language="fr"
            ),
        }

    def deleted(self) -> CustomModelDeleted:
        return CustomModelDeleted(**self.about)

    def request(self, revision: int) -> Validate:
        return Validate(**self.about, revision=revision)


FATES = st.lists(
    st.sampled_from(
        ["uploaded", "rejected", "uploaded deleted", "rejected deleted", "deleted"]
    ),  # the last one before it was processed
    max_size=5,
)
Arrivals = list[Delivery[DatasetEvent]]


def arrivals(data: st.DataObject, events: list[DatasetEvent]) -> Arrivals:
    """Each event once or twice, in any order."""
    deliveries = [Delivery(str(uuid7()), event) for event in events]
    again = [each for each in deliveries if data.draw(st.booleans())]
    return data.draw(st.permutations([*deliveries, *again]))


def deliver(database: Database, delivery: Delivery[DatasetEvent]) -> None:
    with suppress(AlreadyHandledError):
        HANDLERS[type(delivery.event)](delivery, database)


def kept_rows(database: Database, model_id: str) -> int:
    query = select(func.count()).select_from(FileRow).where(FileRow.model_id == model_id)
    with database.reading() as session:
        return session.scalar(query) or 0


@quick
@given(fates=FATES, data=st.data())
def test_events_late_twice_and_in_any_order_come_to_the_same(
    database: Database, fates: list[str], data: st.DataObject
) -> None:
    history = History(fates)
    for delivery in arrivals(data, history.events):
        deliver(database, delivery)

    with database.reading() as session:
        ready = models.ready_files(session, "org", history.about["model_id"])
        failed = models.failed_files(session, "org", history.about["model_id"])
        others = models.ready_files(session, "other", history.about["model_id"])
    assert {each.name for each in ready} == history.ready
    assert {each.name for each in failed} == history.failed
    assert others == []
    found = handlers.validate(history.request(len(history.events)), database, catch_up_seconds=0)
    assert found.files == len(history.ready)
    assert len([each for each in found.verdict.warnings if each.code == "failed-file"]) == len(
        history.failed
    )


@quick
@given(fates=FATES, data=st.data())
def test_a_revision_is_judged_once_all_up_to_it_have_arrived_and_never_before(
    database: Database, fates: list[str], data: st.DataObject
) -> None:
    history = History(fates)
    arrived: set[int] = set()
    for delivery in arrivals(data, history.events):
        deliver(database, delivery)
        arrived.add(delivery.event.revision)
        wanted = data.draw(st.integers(0, len(history.events)))
        if arrived.issuperset(range(1, wanted + 1)):
            handlers.validate(history.request(wanted), database, catch_up_seconds=0)
        else:
            with pytest.raises(ArgotError) as refused:
                handlers.validate(history.request(wanted), database, catch_up_seconds=0)
            assert refused.value.code == "not-ready-to-run"


@quick
@given(fates=FATES, data=st.data())
def test_of_a_deleted_model_nothing_is_kept_whatever_comes_late(
    database: Database, fates: list[str], data: st.DataObject
) -> None:
    history = History(fates)
    ends = [Delivery(str(uuid7()), history.deleted()) for _ in range(2)]
    for delivery in data.draw(st.permutations([*arrivals(data, history.events), *ends])):
        deliver(database, delivery)

    assert kept_rows(database, history.about["model_id"]) == 0
    with pytest.raises(ArgotError) as refused:
        handlers.validate(history.request(len(history.events)), database, catch_up_seconds=60)
    assert refused.value.code == "custom-model-not-found"


def test_what_an_event_tells_of_a_file_is_what_is_judged(database: Database) -> None:
    history = History(["uploaded", "uploaded"])
    for event in history.events:
        deliver(database, Delivery(str(uuid7()), event))

    with database.reading() as session:
        files = {
            each.name: each
            for each in models.ready_files(session, "org", history.about["model_id"])
        }
    assert (files["1.wav"].duration, files["1.wav"].silence, files["1.wav"].clipping) == (
        400.0,
        0.25,
        0.125,
    )
    text = files["0.vtt"]
    assert (text.end_time, text.characters, text.spoken_seconds) == (400.0, 5, 3.5)
    assert (text.longest_label, text.language, text.named) == (7, "fr", None)
