"""The job: a custom model from files, then every held-out prompt through both models."""

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from argot import trainings, transcriptions
from argot.client import Client
from argot.connection import ProblemError
from argot.corpus import Prompt
from argot.demo.journal import Journal
from argot.demo.recordings import Recording
from argot.errors import ExpectedError
from argot.uploads.memory import Memory
from argot.uploads.outcomes import Outcome
from argot.uploads.processing import processed
from argot.uploads.sending import Sender
from shared.rpc.catalog import CustomModel
from shared.rpc.trainer import Training
from shared.rpc.transcriber import ResultFormat

FORMATS: tuple[ResultFormat, ...] = ("txt", "vtt", "srt", "json")
PARALLEL = 4
PATIENCE_S = 60.0
POLL_S = 0.5
SAY_EVERY_S = 15.0


class Quiet:
    """A watcher that says nothing."""

    def begins(self, path: Path, size: int, left: int) -> None:
        """See `Watcher`."""

    def sends(self, path: Path, count: int) -> None:
        """See `Watcher`."""

    def ends(self, outcome: Outcome) -> None:
        """See `Watcher`."""


@dataclass
class Job:
    """The steps in their order; each raises an `ExpectedError` where it does not succeed."""

    client: Client
    journal: Journal

    def upload(self, model: CustomModel, recordings: list[Recording], folder: Path) -> None:
        """Upload audio and transcripts, and wait until the server has looked at all."""
        paths = [path for each in recordings for path in (each.audio, each.transcript)]
        with Sender(self.client, Quiet()) as sender:
            outcomes = sender.upload(model.id, paths, Memory(folder, self.client.url, model.id))
        for outcome in outcomes:
            if outcome.kind != "uploaded":
                raise ExpectedError(f"{outcome.path.name} was {outcome.kind}: {outcome.detail}")
        rows = {outcome.id for outcome in outcomes if outcome.id}
        for row in processed(self.client, model.id, rows):
            if row.failure:
                raise ExpectedError(f"{row.name} is unusable: {row.failure.message}")
        self.journal.say(f"{len(rows)} files are ready")

    def validate(self, model: CustomModel) -> None:
        """Wait until the validator has caught up, and take only a clean verdict."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                verdict = self.client.validation(model.id)
                break
            except ProblemError as error:
                if error.code != "not-ready-to-run" or time.monotonic() > deadline:
                    raise
            time.sleep(POLL_S)
        if not verdict.valid or verdict.unmatched_audio:
            faults = [error.message for error in verdict.errors] or verdict.unmatched_audio
            raise ExpectedError(f"The data are not valid: {'; '.join(faults)}")
        minutes = verdict.total_duration / 60
        self.journal.say(f"valid: {verdict.matched_pairs} pairs, {minutes:.1f} minutes")

    def train(self, model: CustomModel) -> CustomModel:
        """Train to the end and wait until the model is enabled; returns it as it is then."""
        started = self.client.train(model.id, skip_unmatched=False)
        said: tuple[str, float] = ("", 0.0)
        for training in trainings.follow(self.client, model.id, started.id):
            if training.progress.phase != said[0] or time.monotonic() - said[1] > SAY_EVERY_S:
                said = (training.progress.phase, time.monotonic())
                self.journal.say(_progress_line(training))
        if training.failure is not None:
            raise ExpectedError(f"The training failed: {training.failure.message}")
        deadline = time.monotonic() + PATIENCE_S
        while not (found := self.client.model(model.id)).enabled or found.status_name != "success":
            if found.failure is not None or time.monotonic() > deadline:
                raise ExpectedError(f"The model is {found.status_name} and not enabled.")
            time.sleep(POLL_S)
        keys = {each.key for each in self.client.languages("transcription")}
        if found.key not in keys:
            raise ExpectedError(f"{found.key} is not among the languages to transcribe with.")
        self.journal.say(f"{found.name} is enabled under the key {found.key}")
        return found

    def transcribe(self, prompts: Iterable[Prompt], key: str) -> list[str]:
        """Transcribe each prompt with one model; the ids, in order of the prompts."""
        with Sender(self.client, Quiet()) as sender, ThreadPoolExecutor(PARALLEL) as pool:
            ids = list(
                pool.map(
                    lambda prompt: transcriptions.submit(self.client, sender, prompt.path, key),
                    prompts,
                )
            )
        # The oldest is the next to end: asking for it alone leaves the processors to the work.
        for each in ids:
            for _ in transcriptions.follow(self.client, each):
                pass
        return ids

    def texts(self, ids: Iterable[str]) -> list[str]:
        """What was heard, one line each."""
        with ThreadPoolExecutor(PARALLEL) as pool:
            found = pool.map(lambda each: self.client.result(each, "txt"), ids)
            return [" ".join(text.split()) for text in found]

    def formats(self, transcription_id: str) -> dict[str, str]:
        """One transcript in every format."""
        return {form: self.client.result(transcription_id, form) for form in FORMATS}


def _progress_line(training: Training) -> str:
    now = training.progress
    loss = f", loss {now.loss[-1][1]:.3f}" if now.loss else ""
    left = f", {now.eta_seconds:.0f} s left" if now.eta_seconds is not None else ""
    return f"  {now.phase} {now.percent:.0f}%{left}{loss}"
