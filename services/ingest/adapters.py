"""What ingest's worker does to files: fetches them, opens them in the sandbox, stores them."""

import shutil
from pathlib import Path

from services.ingest.domain import Facts
from services.ingest.models import Dataset
from shared.events.data import StoredFile
from shared.rpc.contract import Failure
from shared.runtime.media.convert import extract_audio
from shared.runtime.media.probe import probe
from shared.runtime.media.sandbox import MediaInvalid
from shared.runtime.storage import Storage, new_key
from shared.speech.filenames import FileKind, extension, kind_of
from shared.speech.manifest import parse_manifest
from shared.speech.source import DEFAULT_LIMITS, TranscriptInvalid, too_large
from shared.speech.subtitles import parse_transcript


def can_convert_video() -> bool:
    """Whether ffmpeg is installed."""
    return all(shutil.which(program) for program in ("ffmpeg", "ffprobe"))


def examine(job: Dataset, storage: Storage, folder: Path) -> Facts | Failure:
    """Fetch an uploaded file into `folder` and find out what it holds.

    A video's audio is stored as a new object; the caller removes whichever of the two is not
    wanted. A `Failure` is the file's own fault; storage, disk and sandbox raise their errors.
    """
    kind = kind_of(job.uploaded_name)
    try:
        if kind in (FileKind.TRANSCRIPT, FileKind.MANIFEST) and job.size > DEFAULT_LIMITS.bytes:
            raise too_large(f"{DEFAULT_LIMITS.bytes:,} bytes")
        source = folder / f"upload.{extension(job.uploaded_name)}"
        stored = storage.get_file(job.storage_key, source)
        if kind is FileKind.VIDEO:
            return _convert(job, storage, source)
        if kind is FileKind.AUDIO:
            return _audio(stored, probe(source).duration)
        if kind is FileKind.MANIFEST:
            return Facts(stored, cues=len(parse_manifest(source.read_bytes())))
        return _transcript(stored, source)
    except (MediaInvalid, TranscriptInvalid) as fault:
        return Failure(code=fault.code, message=fault.message)


def _convert(job: Dataset, storage: Storage, source: Path) -> Facts:
    audio = source.with_name("audio.m4a")
    duration = extract_audio(source, audio)
    key = new_key("datasets", job.organisation_id, job.model_id)
    return _audio(storage.put_file(key, audio), duration)


def _audio(stored: StoredFile, duration: float) -> Facts:
    return Facts(stored, duration=duration, start_time=0.0, end_time=duration)


def _transcript(stored: StoredFile, source: Path) -> Facts:
    transcript = parse_transcript(source.name, source.read_bytes())
    cues = None if transcript.cues is None else len(transcript.cues)
    return Facts(stored, start_time=transcript.start, end_time=transcript.end, cues=cues)
