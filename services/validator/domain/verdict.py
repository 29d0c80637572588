"""Whether a training may start: the names, the minimums, and what is only warned about."""

import math
from collections.abc import Iterable, Sequence

from services.validator.domain.files import FailedFile, FilePair, KnownFile
from services.validator.domain.pairing import match
from services.validator.domain.suspicions import suspicions
from shared.events.data import DatasetFile, Pair
from shared.rpc.validator import Assessment, Finding, Verdict
from shared.speech.filenames import is_safe, unsafe_because

MIN_PAIRS = 2
MAX_PAIRS = 20_000
"""They travel to the trainer in one message, of 1.5 kB a pair at most."""
MIN_MINUTES = 10
MIN_FILES_WITHOUT_DURATION = 10


def assess(
    files: Iterable[KnownFile],
    failed: Iterable[FailedFile] = (),
    *,
    language: str | None = None,
    with_pairs: bool,
) -> Assessment:
    """Judge the files of one model; every fault is reported, in a stable order.

    First what is too little, then unsafe names in order of name. `language` is what the model
    is to learn, as Whisper names it.
    """
    known = list(files)
    matching = match(known)
    transcripts = sum(each.type != "AUDIO" for each in known)
    errors = [
        *_too_little(matching.pairs, has_transcript=transcripts > 0),
        *_unsafe(sorted(each.name for each in known if not is_safe(each.name))),
    ]
    seconds = math.fsum(pair.audio.duration or 0.0 for pair in matching.pairs)
    verdict = Verdict(
        valid=not errors,
        errors=errors,
        warnings=[
            *_failed(failed),
            *matching.warnings,
            *suspicions(matching.pairs, language),
        ],
        matched_pairs=len(matching.pairs),
        total_duration=round(seconds, 3),
        unmatched_audio=matching.unmatched_audio,
        unmatched_transcripts=matching.unmatched_transcripts,
    )
    return Assessment(
        verdict=verdict,
        files=len(known),
        transcripts=transcripts,
        pairs=_on_the_wire(matching.pairs) if with_pairs else [],
    )


def _too_little(pairs: Sequence[FilePair], *, has_transcript: bool) -> list[Finding]:
    findings = []
    if not has_transcript:
        findings.append(
            Finding(code="no-transcript", message="At least one transcript file is required")
        )
    if len(pairs) < MIN_PAIRS:
        message = f"Need minimum {MIN_PAIRS} matched pairs (found {len(pairs)})"
        findings.append(Finding(code="too-few-pairs", message=message))
    if len(pairs) > MAX_PAIRS:
        message = f"Need maximum {MAX_PAIRS} matched pairs (found {len(pairs)})"
        findings.append(Finding(code="too-many-pairs", message=message))
    durations = [pair.audio.duration for pair in pairs]
    seconds = math.fsum(each for each in durations if each is not None)
    if seconds >= MIN_MINUTES * 60:
        return findings
    if None not in durations:
        # Rounded down: 9.96 minutes must not read as the 10.0 that they are not.
        found = f"found {math.floor(seconds / 6) / 10:.1f} minutes"
        message = f"Need minimum {MIN_MINUTES} minutes total duration ({found})"
        findings.append(Finding(code="too-short", message=message))
    elif len(pairs) < MIN_FILES_WITHOUT_DURATION:
        message = (
            f"Need minimum {MIN_FILES_WITHOUT_DURATION} matched audio files (found {len(pairs)})"
        )
        findings.append(Finding(code="too-few-files", message=message))
    return findings


def _unsafe(names: Iterable[str]) -> list[Finding]:
    return [
        Finding(
            code="unsafe-filename",
            message=f"Unsafe filename: '{name}'. {unsafe_because(name)}",
            file=name,
        )
        for name in names
    ]


def _failed(files: Iterable[FailedFile]) -> list[Finding]:
    return [
        Finding(
            code="failed-file",
            message=f"'{each.name}' is not used: {each.failure}",
            file=each.name,
        )
        for each in sorted(files)
    ]


def _on_the_wire(pairs: Iterable[FilePair]) -> list[Pair]:
    """Without validation: thousands of files whose values came out of valid events."""
    return [
        Pair.model_construct(audio=_wire(pair.audio), transcript=_wire(pair.transcript))
        for pair in pairs
    ]


def _wire(file: KnownFile) -> DatasetFile:
    return DatasetFile.model_construct(
        storage_key=file.storage_key,
        size=file.size,
        sha256=file.sha256,
        dataset_id=file.dataset_id,
        name=file.name,
        duration=file.duration,
    )
