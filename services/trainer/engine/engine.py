"""A training from recordings to an evaluated model."""

import shutil
from collections.abc import Callable
from contextlib import nullcontext

import torch

from .checkpoint import discard_checkpoint
from .fault import EngineFault
from .group import join
from .hardware import detect
from .job import Job, Progress, Result
from .machine import alone_in, named
from .meter import Meter
from .training import Training


def _unheard(_progress: Progress) -> None:
    """The first process of a group speaks for the others."""


def never() -> bool:
    """The stop request of a caller that has none."""
    return False


def train(
    job: Job,
    report: Callable[[Progress], None],
    should_stop: Callable[[], bool] = never,
) -> Result | None:
    """Tune ``job.base_model`` on the job's recordings.

    The model is left in ``work_dir/model`` and the result beside it, in ``result.json``.

    A work directory with a checkpoint of the same job is gone on with, and ends in the weights
    that an uninterrupted run gives, to the bit on a machine of the same kind. ``report`` hears
    every step of the way; ``should_stop`` is asked as often. Started by ``torchrun``, the first
    process returns the result and the others None.

    Raises:
        EngineFault: with ``fault`` ``data`` or ``platform``; ``out-of-memory``, ``no-space`` and
            ``already-running``, in the same work directory, included.
        Interrupted: ``should_stop`` said so; the work directory holds a checkpoint if training
            had begun.
    """
    with named():
        job.work_dir.mkdir(parents=True, exist_ok=True)
        return _train(job, report, should_stop)


def _train(
    job: Job, report: Callable[[Progress], None], should_stop: Callable[[], bool]
) -> Result | None:
    hardware = detect(job.settings.device)
    if job.settings.threads:
        torch.set_num_threads(job.settings.threads)
    torch.manual_seed(job.settings.seed)
    group = join(hardware.device)
    if group.size > job.settings.batch_windows:
        message = f"{group.size} processes cannot share {job.settings.batch_windows} windows."
        raise EngineFault("too-many-processes", message, fault="platform")
    meter = Meter(report if group.first else _unheard, should_stop)
    with alone_in(job.work_dir) if group.first else nullcontext():
        result = Training(job, hardware, group, meter).run()
        if result:
            result.write(job.work_dir)
            discard_checkpoint(job.work_dir)
            shutil.rmtree(job.work_dir / "scratch", ignore_errors=True)
    return result
