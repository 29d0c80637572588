"""The names of what a checkpoint and the scratch files belong to."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, astuple
from typing import Any

from .hardware import Hardware
from .job import Job, Strategy
from .recording import Clip, Recording

FORMAT = 2
"""Of what a checkpoint holds, and of what its steps follow from: how clips are chosen, split and
laid into windows. Another one begins such trainings anew."""

OF_THE_MACHINE = {"device", "threads", "halvings"}
"""Settings that change how a training is computed, and by roundings what comes out."""


def fingerprint(job: Job, strategy: Strategy) -> str:
    """A digest of the base model, the recordings, their segments and what is to be done.

    The machine does not matter, nor where the files lie: a job that moved goes on. Of the audio
    only its length counts, since two machines may decode it to samples that differ by a bit.
    """
    digest = hashlib.sha256()
    with (job.base_model / "model.bin").open("rb") as file:
        digest.update(hashlib.file_digest(file, "sha256").digest())
    settings = {
        name: value
        for name, value in asdict(job.settings).items()
        if name not in OF_THE_MACHINE and not name.startswith("checkpoint_")
    }
    _add(digest, [FORMAT, job.language, strategy, settings])
    for recording in job.recordings:
        segments = [astuple(each) for each in recording.segments]
        _add(digest, [recording.name, _length(recording), segments])
    return digest.hexdigest()


def scratch_name(key: str, hardware: Hardware, clips: Iterable[Clip]) -> str:
    """The same for what is computed from clips and stays on this machine."""
    digest = hashlib.sha256(key.encode())
    _add(digest, [hardware.device, hardware.autocast])
    for clip in clips:
        _add(digest, [clip.recording, clip.begin, clip.stop])
    return digest.hexdigest()


def _add(digest: "hashlib._Hash", content: list[Any]) -> None:
    digest.update(json.dumps(content).encode() + b"\n")


def _length(recording: Recording) -> int | None:
    """None where the audio is missing, which is told when clips are chosen."""
    try:
        return recording.samples
    except OSError:
        return None
