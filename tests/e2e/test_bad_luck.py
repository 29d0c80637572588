"""The main job while every process dies once and the broker goes away: nothing is lost."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

import httpx
import psutil
import pytest

from argot import transcriptions
from argot.client import Client
from argot.connection import ProblemError, UnreachableError
from argot.corpus import prompts
from argot.demo.recordings import Recording, join
from argot.stack import Stack
from argot.trainings import follow
from argot.uploads.memory import Memory
from argot.uploads.sending import Sender
from shared.rpc.catalog import CustomModel
from shared.rpc.transcriber import ResultFormat

from .watching import Quiet

PATIENCE_S = 240.0
POLL_S = 0.1

T = TypeVar("T")


def until(found: Callable[[], T | None]) -> T:
    """What `found` finds, as soon as it does; a server that is away is asked again."""
    deadline = time.monotonic() + PATIENCE_S
    last: Exception | None = None
    while time.monotonic() < deadline:
        try:
            value = found()
        except (ProblemError, UnreachableError, httpx.HTTPError) as error:
            last = error
        else:
            if value:
                return value
        time.sleep(POLL_S)
    pytest.fail(f"it never came about; the last error was {last!r}")


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> list[Recording]:
    """Somewhat more than ten minutes of English prompts, joined."""
    chosen, seconds = [], 0.0
    for prompt in prompts("en"):
        if seconds < 620:
            chosen.append(prompt)
            seconds += prompt.seconds
    return join(chosen, tmp_path_factory.mktemp("recordings"))


def engine_of(stack: Stack) -> psutil.Process | None:
    """The trainer's child while it trains."""
    try:
        children = psutil.Process(stack.pid("trainer-worker")).children(recursive=True)
        engines = [each for each in children if "services.trainer.engine" in each.cmdline()]
    except psutil.Error:  # one of them ended meanwhile
        return None
    return engines[0] if engines else None


def upload(client: Client, model: CustomModel, recordings: list[Recording], folder: Path) -> None:
    paths = [path for each in recordings for path in (each.audio, each.transcript)]
    with Sender(client, Quiet()) as sender:
        outcomes = sender.upload(model.id, paths, Memory(folder, client.url, model.id))
    assert Counter(each.kind for each in outcomes) == {"uploaded": len(paths)}


def items(stack: Stack, path: str, role: str) -> list[dict[str, str]]:
    token = stack.token(org="demo", user=role, roles=[role])
    answer = httpx.get(
        f"{stack.address}/api/v1/{path}", headers={"Authorization": f"Bearer {token}"}
    )
    found: list[dict[str, str]] = answer.raise_for_status().json()["items"]
    return found


def claims(stack: Stack) -> Counter[str]:
    ledger = items(stack, "admin/organisations/demo/claims", "sysop")
    return Counter(f"{each['kind']} {each['state']}" for each in ledger)


def training_ids(stack: Stack, model: CustomModel) -> list[str]:
    return [each["id"] for each in items(stack, f"custom-models/{model.id}/trainings", "user")]


def test_the_job_ends_once_whatever_dies(
    stack: Stack, client: Client, recordings: list[Recording], tmp_path: Path
) -> None:
    model = client.create_model("Unlucky", "en")

    upload(client, model, recordings, tmp_path)
    for name in ("ingest-worker", "ingest", "gateway"):
        stack.kill(name)
    until(lambda: all_settled(client, model))
    states = Counter(row.status for row in client.datasets(model.id))
    assert states == {"ready": 2 * len(recordings)}

    stack.kill("validator")
    verdict = until(lambda: client.validation(model.id))
    assert verdict.valid, verdict.errors

    training = client.train(model.id, skip_unmatched=False)
    for name in ("catalog", "quota", "trainer"):
        stack.kill(name)
    until(lambda: engine_of(stack)).kill()
    until(lambda: client.model(model.id).status == 3)
    until(lambda: engine_of(stack))
    stack.kill("trainer-worker")
    until(lambda: engine_of(stack))

    with ThreadPoolExecutor(1) as pool:  # the command line watches through the outage
        watched = pool.submit(lambda: [*follow(client, model.id, training.id)])
        stack.broker.stop()
        until(lambda: not stack.ready("catalog"))
        until(lambda: engine_of(stack) is None)  # the training ends meanwhile
        stack.broker.start()
        last = watched.result(PATIENCE_S)[-1]
    assert last.status_name == "success"

    trained = until(lambda: ended(client, model))
    assert (trained.status_name, trained.failure) == ("success", None)
    assert trained.enabled
    assert training_ids(stack, model) == [training.id]
    until(lambda: claims(stack) == {"training committed": 1, "hosting committed": 1})

    with Sender(client, Quiet()) as sender:
        job = transcriptions.submit(client, sender, recordings[0].audio, trained.key)
    stack.kill("transcriber-worker")
    stack.kill("transcriber")
    until(lambda: client.transcription(job).status == "succeeded")
    forms: tuple[ResultFormat, ...] = ("txt", "srt", "vtt", "json")
    texts = {form: until(partial(client.result, job, form)) for form in forms}
    assert texts["vtt"].startswith("WEBVTT")
    assert all(texts.values())


def all_settled(client: Client, model: CustomModel) -> bool:
    return all(row.status != "processing" for row in client.datasets(model.id))


def ended(client: Client, model: CustomModel) -> CustomModel | None:
    found = client.model(model.id)
    return found if found.status_name in {"success", "failed"} else None
