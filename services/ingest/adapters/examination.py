"""What ingest's worker does to files: fetches them, opens them in the sandbox, stores them."""

from pathlib import Path

from services.ingest.adapters.languages import language_of
from services.ingest.domain import Facts, text_facts
from services.ingest.models.tables import Dataset
from shared.events.data import StoredFile
from shared.rpc.contract import Failure
from shared.runtime.media.convert import Sound, extract_audio, measure
from shared.runtime.media.probe import probe
from shared.runtime.media.sandbox import Limits, MediaInvalid
from shared.runtime.storage import Storage
from shared.speech.filenames import FileKind, extension, kind_of
from shared.speech.manifest import parse_manifest
from shared.speech.source import DEFAULT_LIMITS, TranscriptInvalid, too_large
from shared.speech.subtitles import parse_transcript


def examine(job: Dataset, storage: Storage, folder: Path, limits: Limits) -> Facts | Failure:
    """Fetch an uploaded file into `folder` and find out what it holds.

    A video's audio is stored as a new object beside it; the caller removes the one of the two
    that is not wanted. A `Failure` is the file's own fault; storage, disk and sandbox raise
    their errors.
    """
    kind = kind_of(job.uploaded_name)
    try:
        if kind in (FileKind.TRANSCRIPT, FileKind.MANIFEST) and job.size > DEFAULT_LIMITS.bytes:
            raise too_large(f"{DEFAULT_LIMITS.bytes:,} bytes")
        source = folder / f"upload.{extension(job.uploaded_name)}"
        stored = storage.get_file(job.storage_key, source)
        if kind is FileKind.VIDEO:
            return _convert(job, storage, source, limits)
        if kind is FileKind.AUDIO:
            return _audio(stored, _listen(source, limits))
        if kind is FileKind.MANIFEST:
            return _manifest(stored, source)
        return _transcript(stored, source)
    except (MediaInvalid, TranscriptInvalid) as fault:
        return Failure(code=fault.code, message=fault.message)


def _convert(job: Dataset, storage: Storage, source: Path, limits: Limits) -> Facts:
    audio = source.with_name("audio.m4a")
    sound = extract_audio(source, audio, limits)
    stored = storage.put_file(job.converted_key(), audio)
    return _audio(stored, sound)


def _listen(source: Path, limits: Limits) -> Sound:
    """Measure in one process what can be: to start ffmpeg takes longer than to decode a minute.

    Only AAC ends within a frame, at a place that its container alone knows.
    """
    if source.suffix != ".m4a":
        return measure(source, limits)
    info = probe(source, limits)
    return Sound(info.duration, info.levels)


def _audio(stored: StoredFile, sound: Sound) -> Facts:
    seconds = sound.seconds
    return Facts(stored, duration=seconds, start_time=0.0, end_time=seconds, levels=sound.levels)


def _transcript(stored: StoredFile, source: Path) -> Facts:
    transcript = parse_transcript(source.name, source.read_bytes())
    labels = [transcript.text] if transcript.cues is None else transcript.cues
    return Facts(
        stored,
        start_time=transcript.start,
        end_time=transcript.end,
        cues=None if transcript.cues is None else len(transcript.cues),
        text=text_facts(labels, language_of(transcript.text)),
    )


def _manifest(stored: StoredFile, source: Path) -> Facts:
    rows = parse_manifest(source.read_bytes())
    return Facts(
        stored,
        cues=len(rows),
        text=text_facts(
            [row.cue or row.text for row in rows], language_of("\n".join(r.text for r in rows))
        ),
        named=sorted({row.audio for row in rows}),
    )
