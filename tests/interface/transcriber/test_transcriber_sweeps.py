"""Audio that nobody finished sending: the use cases themselves, on a real database and storage."""

from datetime import timedelta

import httpx
import pytest
from uuid6 import uuid7

from services.transcriber.handlers import jobs, uploads
from services.transcriber.models import Transcription, Upload
from shared.errors import ArgotError
from shared.rpc.catalog import TranscriptionTarget
from shared.rpc.transcriber import CompleteAudioUpload, OpenTranscription, SignAudioParts
from shared.runtime.database import Database, now
from shared.runtime.storage import Storage
from shared.runtime.sweeping import Ages

TARGET = TranscriptionTarget(
    key="fr", language="fr", base_model="tiny", model_id=None, artifact=None
)


def test_an_abandoned_upload_goes_with_its_job(database: Database, bucket: Storage) -> None:
    organisation = str(uuid7())

    def begin() -> tuple[str, str]:
        request = OpenTranscription(
            organisation_id=organisation, target=TARGET, name="a.wav", size=3
        )
        opened = jobs.open_transcription(request, database, bucket)
        sign = SignAudioParts(
            organisation_id=organisation, upload_id=opened.upload_id, part_numbers=[1]
        )
        (part,) = uploads.sign_audio_parts(sign, database, bucket).items
        httpx.put(part.url, content=b"abc").raise_for_status()
        return opened.id, opened.upload_id

    def pending() -> set[str]:
        return {each.key for each in bucket.multipart.pending(f"transcriber/{organisation}/")}

    (old_job, old), (young_job, young) = begin(), begin()
    with database.transaction() as session:
        session.get_one(Upload, old).created_at = now() - timedelta(days=8)
    day = now() - timedelta(days=1)
    ages = Ages(abandoned=day, settled=now() + timedelta(seconds=60), retained=day)
    for _ in range(2):
        uploads.sweep_uploads(database, bucket, ages)
    assert len(pending()) == 1
    with database.reading() as session:
        assert session.get(Transcription, old_job) is None
        assert session.get(Transcription, young_job) is not None
    complete = CompleteAudioUpload(organisation_id=organisation, upload_id=old)
    with pytest.raises(ArgotError, match="upload-not-found"):
        uploads.complete_audio_upload(complete, database, bucket)
    complete = CompleteAudioUpload(organisation_id=organisation, upload_id=young)
    assert uploads.complete_audio_upload(complete, database, bucket).status == "queued"
