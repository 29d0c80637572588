"""An attempt goes on from where the last one was: real database and storage, a made-up model."""

import json
import wave
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from uuid6 import uuid7

from services.transcriber import models
from services.transcriber.adapters import kept
from services.transcriber.adapters.recogniser import Progress, Recogniser
from services.transcriber.domain.transcripts import Segment, Word
from services.transcriber.handlers import work
from services.transcriber.handlers.glossary import put_glossary
from services.transcriber.models import Transcription
from services.transcriber.worker import Attempt
from shared.events.data import StoredFile
from shared.events.transcriber import Task
from shared.rpc import transcriber as wire
from shared.runtime.database import Database
from shared.runtime.settings import StorageSettings
from shared.runtime.storage import Storage, StorageUnavailable
from shared.runtime.worker.jobs import JobQueue, Lease
from shared.speech.alignment.placing import Place
from shared.speech.alignment.values import HeardWord

from .conftest import FRENCH

SPANS = 8
"""Of a second each."""


class Listener(Recogniser):
    """Says of each second which one it is; `on_second` is called when it is heard."""

    def __init__(self, on_second: Callable[[int], None] = lambda _second: None) -> None:
        self.on_second = on_second
        self.heard: list[int] = []
        self.offered: list[str] = []
        self.placed: list[Sequence[str]] = []
        self.on_place: Callable[[int], None] = lambda _count: None

    def listen(
        self,
        pcm: Path,  # noqa: ARG002
        language: str,  # noqa: ARG002
        hot_words: Iterable[str] = (),
        task: Task = "transcribe",  # noqa: ARG002
        begin: float = 0.0,
    ) -> Iterator[Progress]:
        self.offered = list(hot_words)
        for second in range(round(begin), SPANS):
            self.on_second(second)
            self.heard.append(second)
            word = Word(start=second + 0.1, end=second + 0.9, word=f" mot{second}", probability=0.9)
            text = word.word.strip()
            segment = Segment(
                start=word.start, end=word.end, text=text, probability=0.9, words=(word,)
            )
            yield Progress(segment.end, segment)
            yield Progress(second + 1.0, None)

    def placer(self, pcm: Path, language: str) -> Place:  # noqa: ARG002
        def place(start: float, end: float, words: Sequence[str]) -> list[HeardWord]:
            self.on_place(len(self.placed))
            self.placed.append(words)
            share = (end - start) / len(words)
            return [
                HeardWord(start + share * at, start + share * (at + 1), word, 0.7)
                for at, word in enumerate(words)
            ]

        return place


@pytest.fixture
def submit(database: Database, bucket: Storage, tmp_path: Path) -> Callable[..., Transcription]:
    """A queued job with as many seconds as there are spans."""
    audio = tmp_path / "audio.wav"
    with wave.open(str(audio), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(2 * 16_000 * SPANS))

    def submit(text: str | None = None) -> Transcription:
        organisation, key = str(uuid7()), f"transcriber/acme/{uuid7()}/audio"
        job = Transcription(
            organisation_id=organisation,
            name="audio.wav",
            terms=FRENCH.model_dump(mode="json"),
            kind="transcription" if text is None else "alignment",
            transcript=text,
            status="queued",
            audio_key=key,
        )
        bucket.put_file(key, audio)
        with database.transaction() as session:
            session.add(job)
        return job

    return submit


@pytest.fixture
def attempt(database: Database, bucket: Storage, tmp_path: Path) -> Callable[..., Transcription]:
    """One attempt at the job, with this model; its row afterwards."""

    def attempt(
        job: Transcription,
        model: Listener,
        lease: Lease | None = None,
        storage: Storage | None = None,
    ) -> Transcription:
        mine = models.WAITING & (Transcription.id == job.id)
        queue = JobQueue(database, Transcription, mine, lease_seconds=60)
        taken = queue.take()
        assert taken is not None
        try:
            work_on = Attempt(5, database, storage or bucket, tmp_path, lambda *_: model)
            work_on(taken, lease or Lease())
        finally:
            queue.give_back(job.id)
        with database.reading() as session:
            return session.get_one(Transcription, job.id)

    return attempt


@pytest.fixture
def result(database: Database, bucket: Storage, tmp_path: Path) -> Callable[[Transcription], str]:
    """The JSON of a job that has succeeded."""

    def result(job: Transcription) -> str:
        with database.reading() as session:
            key = session.get_one(Transcription, job.id).result_key
        assert key is not None
        bucket.get_file(key, tmp_path / "fetched.json")
        return (tmp_path / "fetched.json").read_text()

    return result


def objects(bucket: Storage, job: Transcription) -> list[str]:
    at = models.folder(job.audio_key)
    return [each.key.removeprefix(at) for each in bucket.list_prefix(at)]


Submit = Callable[..., Transcription]
Attempted = Callable[..., Transcription]
Result = Callable[[Transcription], str]


def test_each_span_is_heard_once_and_the_text_is_the_same(
    submit: Submit, attempt: Attempted, result: Result, bucket: Storage
) -> None:
    whole = submit()
    attempt(whole, Listener())

    job, lease = submit(), Lease()

    def stop(second: int) -> None:
        if second == 3:
            lease.lost.set()

    def die(second: int) -> None:
        if second == 6:
            raise InterruptedError

    stopped, killed, last = Listener(stop), Listener(die), Listener()
    row = attempt(job, stopped, lease)
    assert (row.status, row.progress, row.attempts) == ("queued", 0.0, 0)
    with pytest.raises(InterruptedError):
        attempt(job, killed)
    assert len(objects(bucket, job)) > 1
    assert attempt(job, last).status == "succeeded"

    assert [stopped.heard, killed.heard, last.heard] == [[0, 1, 2, 3], [3, 4, 5], [6, 7]]
    assert result(job) == result(whole)
    assert len(objects(bucket, job)) == 2, "audio and result"


def test_the_glossary_of_the_beginning_counts(
    submit: Submit, attempt: Attempted, result: Result, database: Database
) -> None:
    job = submit()

    def put(*pairs: tuple[str, str]) -> None:
        items = [wire.GlossaryEntry(term=term, replacement=text) for term, text in pairs]
        request = wire.PutGlossary(organisation_id=job.organisation_id, items=items)
        put_glossary(request, database)

    def die(second: int) -> None:
        if second == 3:
            raise InterruptedError

    put(("mot1", "avant"), ("mot6", "Avant"))
    with pytest.raises(InterruptedError):
        attempt(job, Listener(die))
    put(("mot1", "après"), ("mot7", "Après"))
    last = Listener()
    attempt(job, last)
    assert last.offered == ["avant", "Avant"]
    written = json.loads(result(job))["edited_text"]
    assert written == "mot0 avant mot2 mot3 mot4 mot5 Avant mot7"


def test_an_alignment_goes_on_with_its_windows(
    submit: Submit, attempt: Attempted, result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "WINDOWS", 1)
    # Three words apart from three others by what nobody said: two windows.
    text = "mot0\nmot1\nmot2\nmot5\nmot6\nmot7"
    whole, uninterrupted = submit(text), Listener()
    attempt(whole, uninterrupted)
    assert len(uninterrupted.placed) == 2

    def die(count: int) -> None:
        if count == 1:
            raise InterruptedError

    job, killed, last = submit(text), Listener(), Listener()
    killed.on_place = die
    with pytest.raises(InterruptedError):
        attempt(job, killed)
    assert attempt(job, last).status == "succeeded"
    assert killed.placed + last.placed == uninterrupted.placed
    assert last.heard == [SPANS - 1]
    assert result(job) == result(whole)


def test_windows_of_another_text_are_placed_again() -> None:
    placed = kept.PlacedPart(windows=((HeardWord(0, 1, "un", 0.5),), None))

    class Before(kept.Kept[kept.PlacedPart]):
        def __init__(self) -> None:
            """There is no storage."""

        def parts(self) -> Iterator[kept.PlacedPart]:
            return iter([placed])

    asked: list[Sequence[str]] = []
    place = kept.place_once(lambda *window: asked.append(window[2]), Before())
    place(0, 1, ["deux"])
    place(1, 2, ["trois"])
    assert asked == [["deux"], ["trois"]]
    again = kept.place_once(lambda *window: asked.append(window[2]), Before())
    assert again(0, 1, ["un"]) == placed.windows[0]
    assert again(1, 2, ["trois"]) is None
    assert len(asked) == 2


class Away(Storage):
    """Takes no part at some of the times; what is asked of it otherwise it does."""

    def __init__(self, settings: StorageSettings, times: set[int]) -> None:
        super().__init__(settings)
        self._times = times
        self._count = 0

    def put_file(self, key: str, path: Path) -> StoredFile:
        self._count += 1
        if self._count in self._times:
            raise StorageUnavailable("away")
        return super().put_file(key, path)


def test_what_cannot_be_kept_comes_with_the_next_span(
    submit: Submit, attempt: Attempted, result: Result, storage_settings: dict[str, str]
) -> None:
    whole = submit()
    attempt(whole, Listener())
    job, last = submit(), Listener()

    def die(second: int) -> None:
        if second == 5:
            raise InterruptedError

    away = Away(StorageSettings.model_validate(storage_settings), {2, 3})
    with pytest.raises(InterruptedError):
        attempt(job, Listener(die), storage=away)
    attempt(job, last)
    assert last.heard == [5, 6, 7]
    assert result(job) == result(whole)


@pytest.mark.parametrize("recorded", [False, True])
def test_an_outage_of_the_database_at_the_end_loses_nothing(
    submit: Submit,
    attempt: Attempted,
    result: Result,
    monkeypatch: pytest.MonkeyPatch,
    recorded: bool,
) -> None:
    """Nor does a connection that breaks after the commit, of which nobody hears."""
    succeed, outages = work.succeed, iter([1, 2])

    def failing(*arguments: object) -> bool:
        if next(outages, None) is None:
            return succeed(*arguments)  # type: ignore[arg-type]
        if recorded:
            succeed(*arguments)  # type: ignore[arg-type]
        raise OperationalError("commit", {}, Exception())

    monkeypatch.setattr(work, "succeed", failing)
    monkeypatch.setattr("services.transcriber.worker.RETRY_SECONDS", 0)
    job, model = submit(), Listener()
    assert attempt(job, model).status == "succeeded"
    assert model.heard == list(range(SPANS))
    assert json.loads(result(job))["text"].startswith("mot0 mot1")


def test_a_lease_that_is_lost_ends_the_wait_for_the_database(
    submit: Submit, attempt: Attempted, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = Lease()

    def away(*_: object) -> bool:
        lease.lost.set()
        raise OperationalError("commit", {}, Exception())

    monkeypatch.setattr(work, "succeed", away)
    assert attempt(submit(), Listener(), lease).status == "queued"
