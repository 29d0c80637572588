"""The whole job against a running system, and what it measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from argot.corpus import Language, Prompt
from argot.demo.job import Job
from argot.demo.observers import EventCounter, MemoryMeter
from argot.demo.recordings import join, split
from argot.demo.report import Figures
from argot.demo.scoring import Heard, rates
from argot.errors import ExpectedError

MODEL_NAME = "Asterisk prompts"


@dataclass(frozen=True)
class Results:
    """What both models heard of the held-out prompts; `forms` is one transcript in each format."""

    language: Language
    train_seconds: float
    known: list[str]
    held_out: list[Prompt]
    heard: list[Heard]
    forms: dict[str, str]
    job_wall_s: float


def run(job: Job, language: Language, recorded: Sequence[Prompt], folder: Path) -> Results:
    """Train on three quarters of the prompts and transcribe the rest, which stay unknown to it."""
    journal = job.journal
    training, held_out = split(recorded, language)
    recordings = join(training, folder)
    speech = sum(each.speech_seconds for each in recordings)
    journal.say(
        f"{len(training)} prompts ({speech / 60:.1f} minutes) in {len(recordings)} recordings to "
        f"train on, {len(held_out)} prompts held out"
    )
    with journal.step("creation", "catalog"):
        model = job.client.create_model(MODEL_NAME, language)
    with journal.step("upload and processing", "ingest-worker"):
        job.upload(model, recordings, folder)
    with journal.step("validation", "validator"):
        job.validate(model)
    with journal.step("training", "trainer-worker"):
        model = job.train(model)
    with journal.step("transcription by the base model", "transcriber-worker"):
        base_ids = job.transcribe(held_out, language)
    with journal.step("transcription by the custom model", "transcriber-worker"):
        tuned_ids = job.transcribe(held_out, model.key)
    with journal.step("fetching the transcripts", "transcriber"):
        texts = zip(held_out, job.texts(base_ids), job.texts(tuned_ids), strict=True)
        heard = [Heard(prompt.text, base, tuned) for prompt, base, tuned in texts]
        forms = job.formats(tuned_ids[0])
    known = [prompt.text for prompt in training]
    return Results(language, speech, known, held_out, heard, forms, journal.elapsed)


def figures(results: Results, events: EventCounter, memory: MemoryMeter) -> Figures:
    """The numbers of the last line. Raises an `ExpectedError` where the bus was silent."""
    try:
        requested, succeeded = events.first["TrainRequested"], events.first["TrainingSucceeded"]
    except KeyError as error:
        raise ExpectedError(f"{error.args[0]} was not seen on the bus") from error
    base_wer, tuned_wer = rates(results.heard, results.language)
    return Figures(
        language=results.language,
        base_model=str(requested.data["base_model"]),
        train_seconds=results.train_seconds,
        test_seconds=sum(prompt.seconds for prompt in results.held_out),
        base_wer=base_wer,
        tuned_wer=tuned_wer,
        train_wall_s=succeeded.seen_at - requested.seen_at,
        job_wall_s=results.job_wall_s,
        events=dict(events.counts),
        trainer_peak_mb=memory.peak_mb,
    )
