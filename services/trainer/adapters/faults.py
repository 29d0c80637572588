"""What goes wrong with the platform, in the words that users may see."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from services.trainer.domain import TrainingFault
from shared.runtime.base_models import BaseModelDigestMismatch, BaseModelUnavailable
from shared.runtime.media import sandbox
from shared.runtime.storage import NoSpace

CRASHED = "The training ended unexpectedly, several times."

log = structlog.get_logger(__name__)


def no_space() -> TrainingFault:
    """The disk or storage is full."""
    return _platform("no-space", "There was no space left for the training.")


def crashed() -> TrainingFault:
    """Every attempt ended in the middle, by a fault that says nothing to users."""
    return _platform("training-crashed", CRASHED)


def killed() -> TrainingFault:
    """Every attempt ended in the middle, and none could say why."""
    return _platform("training-crashed", CRASHED, killed=True)


@contextmanager
def platform_faults() -> Iterator[None]:
    """Turn the errors of disk, storage, sandbox and base models into `TrainingFault`.

    `StorageUnavailable` passes: it is waited out.
    """
    try:
        yield
    except (NoSpace, sandbox.NoSpace) as error:
        raise no_space() from error
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise no_space() from error
    except sandbox.FfmpegUnavailable as error:
        raise _platform("ffmpeg_unavailable", "ffmpeg is not installed on the server.") from error
    except BaseModelDigestMismatch as error:
        log.exception("base_model_digest")
        message = "The files of the base model are not the expected ones."
        raise _platform(error.code, message, final=True) from error
    except BaseModelUnavailable as error:
        log.exception("base_model_unavailable")
        raise _platform(error.code, "The base model could not be found.") from error


def _platform(
    code: str, message: str, *, final: bool = False, killed: bool = False
) -> TrainingFault:
    return TrainingFault(code, message, "platform", final=final, killed=killed)
