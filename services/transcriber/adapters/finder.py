"""The model of a target: from memory, from disk, or from where it is fetched."""

import threading
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from pathlib import Path

import structlog

from services.transcriber.adapters.artifacts import Artifacts, CustomModel
from services.transcriber.adapters.memory import ModelMemory
from services.transcriber.adapters.recogniser import Recogniser
from services.transcriber.settings import WorkerSettings
from shared.rpc.catalog import TranscriptionTarget
from shared.runtime import base_models

FindModel = Callable[[TranscriptionTarget, threading.Event], Recogniser]

log = structlog.get_logger(__name__)


def model_finder(
    settings: WorkerSettings,
    artifacts: Artifacts,
    deleted: Callable[[Iterable[str]], Iterable[str]],
) -> FindModel:
    """Finds the model of a target; `deleted` says which custom models are gone, by their ids.

    These leave memory when the next model is asked for. What is fetched is left, as `Unwanted`,
    once that event is set. For any number of threads: one looks at a time, so that none fetches
    what another one does.
    """
    looking = threading.Lock()

    def load(directory: Path) -> Recogniser:
        log.info("model_loads", directory=directory.name)
        return Recogniser(directory, settings.inference_device, settings.inference_threads)

    memory = ModelMemory(settings.model_memory_bytes, load)

    def forget() -> None:
        owners = {name: CustomModel.id_in(name) for name in memory.names()}
        gone = set(deleted(owners.values()))
        for name, owner in owners.items():
            if owner in gone:
                memory.drop(name)

    def find(target: TranscriptionTarget, unwanted: threading.Event) -> Recogniser:
        with looking:
            return look(target, unwanted)

    def look(target: TranscriptionTarget, unwanted: threading.Event) -> Recogniser:
        forget()
        if target.artifact is None:
            return memory.get(
                target.base_model,
                lambda: nullcontext(base_models.resolve(target.base_model, settings, unwanted)),
            )
        assert target.model_id is not None
        custom = CustomModel(target.model_id, target.artifact)
        model = memory.get(custom.name, lambda: artifacts.using(custom, unwanted))
        artifacts.touch(custom)  # what is in memory is used, too
        return model

    return find
