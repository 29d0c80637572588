"""What goes wrong with a transcription, in the words that users may see."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from services.transcriber.adapters.archives import ArtifactInvalid
from services.transcriber.domain.transcripts import TranscriptionFault
from shared.runtime.base_models import BaseModelDigestMismatch, BaseModelUnavailable
from shared.runtime.media import sandbox
from shared.runtime.media.sandbox import MediaInvalid
from shared.runtime.storage import NoSpace

log = structlog.get_logger(__name__)


@contextmanager
def known_faults() -> Iterator[None]:
    """Turn the errors of file, model, disk and sandbox into `TranscriptionFault`.

    `StorageUnavailable` passes: it is waited out.
    """
    try:
        yield
    except MediaInvalid as error:
        log.info("audio_invalid", code=error.code, detail=error.detail)
        raise TranscriptionFault(error.code, error.message, final=True) from error
    except ArtifactInvalid as error:
        log.warning("artifact_invalid", detail=str(error))
        message = "The custom model could not be loaded. Train it again."
        raise TranscriptionFault("custom-model-unreadable", message, final=True) from error
    except BaseModelDigestMismatch as error:
        log.warning("base_model_digest", detail=str(error))
        message = "The files of the base model are not the expected ones."
        raise TranscriptionFault(error.code, message, final=True) from error
    except BaseModelUnavailable as error:
        log.warning("base_model_unavailable", detail=str(error))
        message = "The base model could not be found."
        raise TranscriptionFault(error.code, message, final=False) from error
    except sandbox.FfmpegUnavailable as error:
        message = "ffmpeg is not installed on the server."
        raise TranscriptionFault("ffmpeg_unavailable", message, final=False) from error
    except (NoSpace, sandbox.NoSpace) as error:
        raise _no_space() from error
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise _no_space() from error


def _no_space() -> TranscriptionFault:
    message = "There was no space left on the server. Try it again later."
    return TranscriptionFault("no-space", message, final=False)
