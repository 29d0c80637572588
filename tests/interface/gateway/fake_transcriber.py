"""The fake transcriber. What its jobs come to follows from the names of their files.

`speech….wav` is transcribed, until it is deleted: `speech-late` at the third question,
`speech-never` never; `FAILURES` fail. `speech-stuck` completes when it has been deleted, and then
again, and is not there twice; `speech-denied-kept` cannot be deleted. Of others nothing becomes,
and they all have one id. An alignment is `y1`. A translation's id ends in `-translated`.
"""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any, ClassVar

from eventlet.event import Event

from shared.errors import ArgotError
from shared.rpc import transcriber, uploads
from shared.rpc.contract import Failure, Nothing, Page
from shared.rpc.ingest import SignedUrl
from shared.runtime.service.calls import answers
from shared.runtime.service.dependencies import RequestContext
from shared.speech import captions
from shared.speech.cues import Cue

TIME = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
SIGNED = "http://storage.example.org:8333/{}?partNumber=1&X-Amz-Signature=5ec7e7"
FAILURES = {
    "speech-noise": Failure(code="unreadable-audio", message="No audio."),
    "speech-crash": Failure(code="transcription-crashed", message="It crashed."),
    "speech-model": Failure(code="custom-model-not-found", message="The custom model was deleted."),
    "speech-ffmpeg": Failure(code="ffmpeg_unavailable", message="There is no ffmpeg."),
    "speech-english-translated": Failure(
        code="translation-not-supported", message="The model knows English only."
    ),
}
LATE_QUESTIONS = 3
TRANSCRIPT = {
    "language": "fr",
    "duration": 2.5,
    "segments": [
        {
            "start": 0.0,
            "end": 1.0,
            "text": "Bonjour à tous.",
            "probability": 0.5,
            "words": [
                {"start": 0.0, "end": 0.5, "word": " Bonjour", "probability": 0.6},
                {"start": 0.5, "end": 0.6, "word": " à", "probability": 0.5},
                {"start": 0.6, "end": 1.0, "word": " tous.", "probability": 0.4},
            ],
        },
        {"start": 1.5, "end": 2.5, "text": "Merci.", "probability": 0.25, "words": []},
    ],
    "text": "Bonjour à tous. Merci.",
}
TRANSLATION = {
    "language": "en",
    "duration": 2.5,
    "segments": [
        {"start": 0.0, "end": 1.0, "text": "Hello everybody.", "probability": 0.5, "words": []},
        {"start": 1.5, "end": 2.5, "text": "Thank you.", "probability": 0.25, "words": []},
    ],
    "text": "Hello everybody. Thank you.",
}


def results(transcript: dict[str, Any]) -> dict[str, tuple[str, str]]:
    cues = [Cue(each["start"], each["end"], each["text"]) for each in transcript["segments"]]
    return {
        "json": (json.dumps(transcript), "application/json"),
        "txt": (captions.to_txt(cues), "text/plain; charset=utf-8"),
        "srt": (captions.to_srt(cues), "application/x-subrip; charset=utf-8"),
        "vtt": (captions.to_vtt(cues), "text/vtt; charset=utf-8"),
    }


RESULTS = results(TRANSCRIPT)
TRANSLATED = results(TRANSLATION)
RAW = "As it was heard."


def transcription(
    transcription_id: str, status: str = "queued", failure: Failure | None = None
) -> transcriber.Transcription:
    return transcriber.Transcription.model_validate(
        {
            "id": transcription_id,
            "name": "a.mp3",
            "status": status,
            "language": "fr",
            "duration": None,
            "progress": 0,
            "failure": failure,
            "created_at": TIME,
        }
    )


class FakeTranscriber:
    name = "transcriber"
    request = RequestContext()
    alive: ClassVar[set[str]] = set()
    asked: ClassVar[Counter[str]] = Counter()
    stuck_deleted: ClassVar[Event] = Event()
    glossaries: ClassVar[dict[str, transcriber.Glossary]] = {}

    @answers(transcriber.OpenTranscription)
    def open_transcription(
        self, request: transcriber.OpenTranscription
    ) -> transcriber.OpenedTranscription:
        if request.name.endswith(".exe"):
            raise ArgotError("unsupported-file-type", "Only audio and video can be transcribed")
        if request.task == "translate" and request.target.model_id:
            fault = {"code": "invalid-request", "message": "No.", "field": "target"}
            raise ArgotError("invalid-request", "Name its base language", errors=[fault])
        stem = request.name.partition(".")[0]
        speech = stem.startswith("speech")
        if request.task == "translate":
            stem += "-translated"
        if stem == "speech-stuck" and stem in self.alive:
            raise ArgotError("internal-error", "It is here already")
        self.alive.add(stem)
        self.asked[stem] = 0
        return transcriber.OpenedTranscription(
            id=stem if speech else "x1",
            upload_id=stem if speech else "u2",
            part_size=uploads.PART_SIZE,
            part_count=1,
        )

    @answers(transcriber.OpenAlignment)
    def open_alignment(
        self, _request: transcriber.OpenAlignment
    ) -> transcriber.OpenedTranscription:
        return transcriber.OpenedTranscription(
            id="y1", upload_id="u2", part_size=uploads.PART_SIZE, part_count=1
        )

    @answers(transcriber.GetOpened)
    def get_opened(self, _request: transcriber.GetOpened) -> transcriber.OpenedTranscription:
        raise ArgotError("not-found")

    @answers(transcriber.GetTranscription)
    def get_transcription(self, request: transcriber.GetTranscription) -> transcriber.Transcription:
        job = request.transcription_id
        if (request.kind == "alignment") != (job == "y1"):
            raise ArgotError("not-found")
        if job.startswith("speech"):
            self._alive(job)
        if job in FAILURES:
            return transcription(job, "failed", FAILURES[job])
        if job == "speech-late":
            self.asked[job] += 1
        if job.startswith("speech-never") or 0 < self.asked[job] < LATE_QUESTIONS:
            return transcription(job, "running")
        if job.startswith("speech"):
            return transcription(job, "succeeded")
        if job not in {"x1", "y1"}:
            raise ArgotError("not-found")
        return transcription(job)

    @answers(transcriber.ListTranscriptions)
    def list_transcriptions(
        self, request: transcriber.ListTranscriptions
    ) -> Page[transcriber.Transcription]:
        job = {"transcription": "x1", "alignment": "y1"}[request.kind]
        return Page[transcriber.Transcription](items=[transcription(job)], next_cursor="more")

    @answers(transcriber.DeleteTranscription)
    def delete_transcription(self, request: transcriber.DeleteTranscription) -> Nothing:
        job = request.transcription_id
        if job == {"transcription": "x1", "alignment": "y1"}[request.kind]:
            return Nothing()
        self._alive(job)
        if job == "speech-denied-kept":
            raise ArgotError("service-unavailable")
        self.alive.remove(job)
        if job == "speech-stuck" and not self.stuck_deleted.ready():
            self.stuck_deleted.send()
        return Nothing()

    @answers(transcriber.GetResult)
    def get_result(self, request: transcriber.GetResult) -> transcriber.Result:
        if request.transcription_id.startswith("speech"):
            self._alive(request.transcription_id)
        translated = request.transcription_id.endswith("-translated")
        content, content_type = (TRANSLATED if translated else RESULTS)[request.format]
        if not request.glossary and request.format != "json":
            content = RAW
        return transcriber.Result(content=content, content_type=content_type)

    @answers(transcriber.DownloadAudio)
    def download_audio(self, request: transcriber.DownloadAudio) -> SignedUrl:
        job = request.transcription_id
        if job != {"transcription": "x1", "alignment": "y1"}[request.kind]:
            raise ArgotError("not-found")
        return SignedUrl(url=SIGNED.format(job))

    @answers(transcriber.GetGlossary)
    def get_glossary(self, request: transcriber.GetGlossary) -> transcriber.Glossary:
        return self.glossaries.get(request.organisation_id, transcriber.Glossary(items=[]))

    @answers(transcriber.PutGlossary)
    def put_glossary(self, request: transcriber.PutGlossary) -> transcriber.Glossary:
        self.glossaries[request.organisation_id] = transcriber.Glossary(items=request.items)
        return self.glossaries[request.organisation_id]

    @answers(transcriber.GetAudioUpload)
    def get_audio_upload(self, request: transcriber.GetAudioUpload) -> uploads.UploadState:
        self._known(request.upload_id)
        return uploads.UploadState(
            status="open", size=2, part_size=uploads.PART_SIZE, received=[], dataset_id=None
        )

    @answers(transcriber.CompleteAudioUpload)
    def complete_audio_upload(
        self, request: transcriber.CompleteAudioUpload
    ) -> transcriber.Transcription:
        self._known(request.upload_id)
        if request.upload_id == "speech-stuck":
            self.stuck_deleted.wait()
        return transcription(request.upload_id if request.upload_id != "u2" else "x1")

    @answers(transcriber.SignAudioParts)
    def sign_audio_parts(self, request: transcriber.SignAudioParts) -> uploads.SignedParts:
        if not request.upload_id.startswith("speech"):
            raise ArgotError("upload-not-found")
        part = uploads.SignedPart(
            part_number=1,
            url=SIGNED.format(request.upload_id),
            headers={},
            size=1,
            expires_at=TIME,
        )
        return uploads.SignedParts(items=[part])

    @answers(transcriber.AbortAudioUpload)
    def abort_audio_upload(self, _request: transcriber.AbortAudioUpload) -> Nothing:
        return Nothing()

    def _alive(self, job: str) -> None:
        if job not in self.alive:
            raise ArgotError("not-found")

    def _known(self, upload_id: str) -> None:
        if upload_id != "u2" and not upload_id.startswith("speech"):
            raise ArgotError("upload-not-found")
