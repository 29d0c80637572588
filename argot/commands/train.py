"""`argot train`."""

import sys
from collections.abc import Sequence
from itertools import islice
from typing import Annotated

import typer
from rich.progress import BarColumn, TaskProgressColumn, TextColumn

from argot.access import Token, Url, open_client
from argot.client import Client
from argot.connection import ProblemError
from argot.errors import ExpectedError
from argot.models import find_model
from argot.terminal import notes, percent, progress, say
from argot.trainings import follow
from shared.events.data import DataUse, Evaluation
from shared.rpc.catalog import CustomModel
from shared.rpc.trainer import Training

SAMPLES = 5
LINE_EVERY_PERCENT = 10

PAUSE = "pause"
"""Why the silence between two cues was not used: nobody misses it."""


def train(
    model: Annotated[str, typer.Argument(help="Id, key or name of the model.")],
    *,
    skip_unmatched: Annotated[
        bool, typer.Option("--skip-unmatched", help="Train without audio that has no transcript.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Show the progress until it ends.")
    ] = False,
    url: Url = None,
    token: Token = None,
) -> None:
    """Train a custom model on what was uploaded to it."""
    with open_client(url, token) as client:
        found = find_model(client, model)
        training = _start(client, found.id, skip_unmatched=skip_unmatched)
        say(f"Training {training.id} of {found.name} started.")
        if not watch:
            print(training.id)
            return
        _finish(found, _watch(client, found.id, training.id))


def _start(client: Client, model_id: str, *, skip_unmatched: bool) -> Training:
    """Ask for the training; and again, with the person's consent, without unmatched audio."""
    try:
        return client.train(model_id, skip_unmatched=skip_unmatched)
    except ProblemError as error:
        if error.code != "unmatched-audio":
            raise
        say("These recordings have no transcript:")
        _list(error.unmatched_audio)
        if not (sys.stdin.isatty() and notes.is_terminal):
            raise ExpectedError(
                "Add transcripts, or train without them by: --skip-unmatched"
            ) from error
    typer.confirm("Train anyway, without them?", abort=True, err=True)
    return client.train(model_id, skip_unmatched=True)


def _list(names: Sequence[str]) -> None:
    for name in names:
        say(f"  {name}")


def _watch(client: Client, model_id: str, training_id: str) -> Training:
    """Show phase, percent, remaining time and loss until the training has ended."""
    bar = progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rest]}"),
    )
    said: tuple[str, int] | None = None
    with bar:
        task = bar.add_task("waiting", total=100, rest="")
        for training in follow(client, model_id, training_id):
            now = training.progress
            bar.update(task, description=now.phase, completed=now.percent, rest=_rest(training))
            step = (now.phase, int(now.percent) // LINE_EVERY_PERCENT)
            if not notes.is_terminal and step != said:
                said = step
                say(f"{now.phase} {now.percent:.0f}% {_rest(training)}".rstrip())
    return training


def _rest(training: Training) -> str:
    now = training.progress
    parts = []
    if now.eta_seconds is not None:
        minutes, seconds = divmod(round(now.eta_seconds), 60)
        parts.append(f"{minutes}:{seconds:02} left")
    if now.loss:
        parts.append(f"loss {now.loss[-1][1]:.3f}")
    return ", ".join(parts)


def _finish(model: CustomModel, training: Training) -> None:
    if training.status_name == "failed":
        reason = training.failure.message if training.failure else "no reason was given"
        raise ExpectedError(f"The training failed: {reason}")
    if training.evaluation is not None:
        _print_evaluation(training.evaluation)
    _print_data(training.data)
    print(f"Transcribe with it: argot transcribe FILE --language {model.key}")


def _print_evaluation(found: Evaluation) -> None:
    low, high = found.ci95
    print(f"Word error rate on {found.test_seconds:.0f} s that the training never saw:")
    print(f"  base model   {percent(found.baseline_wer)}")
    print(f"  custom model {percent(found.wer)} (95%: {percent(low)} to {percent(high)})")
    differing = (each for each in found.samples if each.baseline != each.tuned)
    for sample in islice(differing, SAMPLES):
        print(f"\n  said:   {sample.reference}")
        print(f"  base:   {sample.baseline}")
        print(f"  custom: {sample.tuned}")


def _print_data(data: DataUse) -> None:
    unused = sum(each.seconds for each in data.dropped if each.reason != PAUSE)
    if unused:
        print(f"\n{unused:.0f} s of the audio were not used.")
    if data.suspects:
        print("\nIn these places the base model hears another text:")
    for suspect in data.suspects[:SAMPLES]:
        print(f"\n  {suspect.file}, {suspect.start:.1f} s to {suspect.end:.1f} s")
        print(f"  written: {suspect.written}")
        print(f"  heard:   {suspect.heard}")
