"""Transcription by the service and one worker, on a broker and storage of their own.

`overhead`: what a long recording takes in the system, from the completion of its upload to its
result, beyond what the recogniser takes for the same audio in this process, over the latter; both
are measured three times, in turn, and the shortest times count. `p95_s`: 20 clips of 3 to 6 seconds
that are completed at once: when 95% of them are transcribed. `rss_mb`: the worker's own memory at
its highest, while it hears ten hours of audio; `rss_growth_mb`: by how much that is more than while
it heard five minutes, which is as much as it hears at a time.

The ten hours are 20 seconds of speech and 280 of silence, again and again: hearing ten hours of
speech would take an hour. Every span is read, searched for speech, heard and written all the same.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from argot.corpus import prompts
from bench.report import percentile
from bench.transcribe_data import as_wav, hours, join
from services.transcriber.adapters.recogniser import Recogniser
from shared.rpc.catalog import TranscriptionTarget
from shared.rpc.transcriber import (
    CompleteAudioUpload,
    GetTranscription,
    OpenTranscription,
    SignAudioParts,
)
from shared.rpc.uploads import PART_SIZE
from shared.runtime.base_models import resolve
from shared.runtime.local.broker import Broker
from shared.runtime.local.storage import Storage
from shared.runtime.testing.calls import TestCaller
from shared.runtime.testing.processes import ServiceProcess

ORGANISATION = "acme"
FRENCH = TranscriptionTarget(
    key="fr-CA", language="fr", base_model="whisper-base", model_id=None, artifact=None
)
SPAN_SECONDS = 300.0
LONG_SECONDS = 900.0
ROUNDS = 3
CLIPS = 20
CLIP_SECONDS = 3, 6
POLL_SECONDS = 0.25
"""Each question is work beside the worker's."""
TIMEOUT_SECONDS = 1800.0


class Client:
    """One organisation's user."""

    def __init__(self, call: TestCaller) -> None:
        self._call = call

    def send(self, path: Path) -> str:
        """Open an upload and send its parts."""
        size = path.stat().st_size
        opened = self._call(
            OpenTranscription(
                organisation_id=ORGANISATION, target=FRENCH, name=path.name, size=size
            )
        )
        numbers = list(range(1, -(-size // PART_SIZE) + 1))
        request = SignAudioParts(
            organisation_id=ORGANISATION, upload_id=opened.upload_id, part_numbers=numbers
        )
        with path.open("rb") as file:
            for part in self._call(request).items:
                httpx.put(part.url, content=file.read(part.size)).raise_for_status()
        return opened.upload_id

    def complete(self, upload_id: str) -> str:
        """From now on the job waits for a worker."""
        request = CompleteAudioUpload(organisation_id=ORGANISATION, upload_id=upload_id)
        return self._call(request).id

    def ended(self, job_id: str) -> bool:
        """Whether it is transcribed. Raises where it failed."""
        request = GetTranscription(
            organisation_id=ORGANISATION, transcription_id=job_id, kind="transcription"
        )
        state = self._call(request)
        if state.failure is not None:
            raise RuntimeError(state.failure.message)
        return state.status == "succeeded"


def wait(client: Client, job_id: str, process: psutil.Process | None = None) -> float:
    """Until the job ends; the most memory of the process meanwhile, in MB."""
    most, deadline = 0.0, time.monotonic() + TIMEOUT_SECONDS
    while not client.ended(job_id):
        if time.monotonic() > deadline:
            raise TimeoutError(job_id)
        if process is not None:
            most = max(most, process.memory_info().rss / 1024**2)
        time.sleep(POLL_SECONDS)
    return most


@contextmanager
def running(folder: Path) -> Iterator[tuple[Client, psutil.Process]]:
    """The service and a worker; the worker's process."""
    with Broker(folder / "broker") as broker, Storage(folder / "storage") as storage:
        environment = {
            "ARGOT_AMQP_URL": broker.amqp_url,
            "ARGOT_DATABASE_URL": f"sqlite:///{folder / 'transcriber.db'}",
            "ARGOT_STORAGE_ENDPOINT": storage.address.endpoint,
            "ARGOT_STORAGE_ACCESS_KEY": storage.address.access_key,
            "ARGOT_STORAGE_SECRET_KEY": storage.address.secret_key,
            "ARGOT_WORK_DIR": str(folder / "work"),
            "ARGOT_LOG_LEVEL": "warning",
        }
        with (
            ServiceProcess("services.transcriber", environment, folder),
            ServiceProcess("services.transcriber.worker", environment, folder) as worker,
            TestCaller(broker.amqp_url) as call,
        ):
            yield Client(call), psutil.Process(worker.pid)


def overhead(client: Client, pcm: Path) -> float:
    """Of a long recording."""
    model, recording = Recogniser(resolve("whisper-base"), "cpu", 0), as_wav(pcm)
    within, alone = [], []
    for _ in range(ROUNDS):
        upload = client.send(recording)
        begun = time.monotonic()
        wait(client, client.complete(upload))
        within.append(time.monotonic() - begun)
        begun = time.monotonic()
        list(model.listen(pcm, "fr"))
        alone.append(time.monotonic() - begun)
    print("in the system", within, "alone", alone, flush=True)
    return min(within) / min(alone) - 1


def at_once(client: Client, clips: list[Path]) -> list[float]:
    """Seconds until each of the clips is transcribed."""
    uploads = [client.send(each) for each in clips]
    begun = time.monotonic()
    jobs, ends = [client.complete(each) for each in uploads], []
    while jobs:
        for job in [each for each in jobs if client.ended(each)]:
            jobs.remove(job)
            ends.append(time.monotonic() - begun)
        time.sleep(POLL_SECONDS)
    return ends


def system(folder: Path) -> dict[str, float]:
    """Five minutes, clips, a long recording, ten hours."""
    french = prompts("fr")
    span, long = (
        join(french, seconds, _made(folder / name))[1]
        for name, seconds in (("span", SPAN_SECONDS), ("long", LONG_SECONDS))
    )
    clips = [each.path for each in french if CLIP_SECONDS[0] <= each.seconds <= CLIP_SECONDS[1]][
        :CLIPS
    ]
    with tempfile.TemporaryDirectory(dir=folder) as name, running(Path(name)) as (client, worker):
        shortly = wait(client, client.complete(client.send(as_wav(span))), worker)
        ends = at_once(client, clips)
        extra = overhead(client, long)
        recording = hours(long, speech_seconds=20, every=300, times=120)
        most = wait(client, client.complete(client.send(recording)), worker)
    memory = {"rss_mb": most, "rss_growth_mb": most - shortly}
    return {"overhead": extra, "p95_s": percentile(ends, 0.95), **memory}


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
