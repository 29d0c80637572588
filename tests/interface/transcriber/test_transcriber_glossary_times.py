"""Which entries count for a job, and when: an attempt on a real database and storage."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import httpx
import pytest
from uuid6 import uuid7

from argot.corpus import Prompt
from services.transcriber.adapters.recogniser import Progress, Recogniser
from services.transcriber.domain.transcripts import Segment, Word
from services.transcriber.handlers import jobs, uploads
from services.transcriber.handlers.glossary import put_glossary
from services.transcriber.models import WAITING, Transcription
from services.transcriber.worker import Attempt
from shared.events.transcriber import Task
from shared.rpc import transcriber as wire
from shared.runtime.database import Database
from shared.runtime.storage import Storage
from shared.runtime.worker.jobs import JobQueue, Lease
from shared.speech.alignment.placing import Place

from .conftest import FRENCH

HEARD = "Un argo bien dit."


class Hearing(Recogniser):
    """Hears one thing only; meanwhile something happens."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self._meanwhile = meanwhile
        self.offered: list[str] = []

    def listen(
        self,
        pcm: Path,  # noqa: ARG002
        language: str,  # noqa: ARG002
        hot_words: Iterable[str] = (),
        task: Task = "transcribe",  # noqa: ARG002
        begin: float = 0.0,  # noqa: ARG002
    ) -> Iterator[Progress]:
        self.offered = list(hot_words)
        word = Word(start=0.0, end=1.0, word=f" {HEARD}", probability=0.9)
        yield Progress(1.0, Segment(start=0.0, end=1.0, text=HEARD, probability=0.9, words=(word,)))
        self._meanwhile()

    def placer(self, pcm: Path, language: str) -> Place:  # noqa: ARG002
        return lambda _start, _end, _words: None


@pytest.fixture
def put(database: Database) -> Callable[..., wire.Glossary]:
    """Make these entries the glossary of an organisation."""

    def put(organisation_id: str, *entries: tuple[str, str, str | None]) -> wire.Glossary:
        items = [
            wire.GlossaryEntry(term=term, replacement=replacement, language=language)
            for term, replacement, language in entries
        ]
        request = wire.PutGlossary(organisation_id=organisation_id, items=items)
        return put_glossary(request, database)

    return put


@pytest.fixture
def attempt(
    database: Database, bucket: Storage, french: list[Prompt], tmp_path: Path
) -> Callable[[str, Hearing, str | None], str]:
    """Let the organisation have a clip heard, with a text to align or without; its result."""

    def attempt(
        organisation_id: str, model: Hearing, text: str | None = None, task: Task = "transcribe"
    ) -> str:
        audio = french[0].path.read_bytes()
        about = {
            "organisation_id": organisation_id,
            "target": FRENCH,
            "name": "a.wav",
            "size": len(audio),
            "task": task,
        }
        request = wire.OpenTranscription.model_validate(about)
        if text is not None:
            request = wire.OpenAlignment.model_validate({**about, "transcript": text})
        opened = jobs.open_transcription(request, database, bucket)
        upload = {"organisation_id": organisation_id, "upload_id": opened.upload_id}
        sign = wire.SignAudioParts.model_validate({**upload, "part_numbers": [1]})
        (part,) = uploads.sign_audio_parts(sign, database, bucket).items
        httpx.put(part.url, content=audio).raise_for_status()
        uploads.complete_audio_upload(wire.CompleteAudioUpload(**upload), database, bucket)
        job = JobQueue(database, Transcription, WAITING, lease_seconds=60).take()
        assert job is not None
        Attempt(1, database, bucket, tmp_path, lambda *_: model)(job, Lease())
        result = wire.GetResult(
            organisation_id=organisation_id,
            transcription_id=opened.id,
            kind="transcription" if text is None else "alignment",
            format="json" if text else "txt",
        )
        return jobs.get_result(result, database, bucket).content

    return attempt


Put = Callable[..., wire.Glossary]
Attempted = Callable[..., str]


def test_the_list_counts_that_is_there_when_hearing_begins(put: Put, attempt: Attempted) -> None:
    organisation = str(uuid7())
    put(organisation, ("argo", "avant", None), ("x", "Ici", "fr"), ("y", "There", "en"))
    model = Hearing(lambda: put(organisation, ("argo", "après", "fr"), ("un", "One", "en")))
    assert attempt(organisation, model) == "Un avant bien dit.\n"
    assert attempt(organisation, Hearing(lambda: None)) == "Un après bien dit.\n"
    assert model.offered == ["avant", "Ici"]


def test_a_translation_is_english(put: Put, attempt: Attempted) -> None:
    organisation = str(uuid7())
    put(organisation, ("argo", "Ici", "fr"), ("argo", "There", "en"), ("x", "Argot", None))
    model = Hearing(lambda: None)
    assert attempt(organisation, model, task="translate") == "Un There bien dit.\n"
    assert model.offered == ["There", "Argot"]


def test_the_list_of_another_organisation_does_not_count(put: Put, attempt: Attempted) -> None:
    put(str(uuid7()), ("argo", "ailleurs", None))
    model = Hearing(lambda: None)
    assert attempt(str(uuid7()), model) == f"{HEARD}\n"
    assert model.offered == []


def test_an_alignment_keeps_its_text(put: Put, attempt: Attempted) -> None:
    organisation = str(uuid7())
    put(organisation, ("argo", "Argot", None))
    model = Hearing(lambda: None)
    captions = attempt(organisation, model, HEARD)
    assert HEARD in captions
    assert "Argot" not in captions
    assert model.offered == []
