"""The name of what a checkpoint and the scratch files belong to."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict

from .hardware import Hardware
from .job import Job
from .recording import Clip


def fingerprint(job: Job, hardware: Hardware, clips: Sequence[Clip]) -> str:
    """A digest of the base model, the clips, the settings and the kind of machine.

    Where the files lie does not matter, nor how often checkpoints are written: a job that moved
    to another machine of the same kind goes on.
    """
    digest = hashlib.sha256()
    with (job.base_model / "model.bin").open("rb") as file:
        digest.update(hashlib.file_digest(file, "sha256").digest())
    settings = {
        name: value
        for name, value in asdict(job.settings).items()
        if not name.startswith("checkpoint_")
    }
    content = [[c.recording, c.index, c.begin, c.stop, c.text] for c in clips]
    machine = [hardware.device, hardware.autocast]
    digest.update(json.dumps([job.language, settings, machine, content]).encode())
    return digest.hexdigest()
