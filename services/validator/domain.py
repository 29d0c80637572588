"""The verdict: which files pair, and whether they are enough to train on."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from shared.events.data import DatasetFile, Pair
from shared.rpc.ingest import DatasetType
from shared.rpc.validator import Assessment, Finding, Verdict
from shared.speech.filenames import extension, is_safe, stem

MIN_PAIRS = 2
MIN_MINUTES = 10
MIN_FILES_WITHOUT_DURATION = 10

_PREFERENCE = {
    name: place
    for order in (("wav", "flac", "m4a", "mp3"), ("vtt", "srt", "txt"))
    for place, name in enumerate(order)
}


class KnownFile(NamedTuple):
    """A ready dataset file and its type."""

    type: DatasetType
    file: DatasetFile


class Matching(NamedTuple):
    """What pairs with what, and what is left over."""

    pairs: list[Pair]
    unmatched_audio: list[str]
    unmatched_transcripts: list[str]
    warnings: list[Finding]


def assess(files: Iterable[KnownFile], *, with_pairs: bool) -> Assessment:
    """Judge the files of one model; every fault is reported, in a stable order."""
    known = sorted(files, key=lambda each: (each.file.name, each.file.dataset_id))
    transcripts = [each for each in known if each.type != "AUDIO"]
    matching = match(known)
    durations = [pair.audio.duration for pair in matching.pairs]
    errors = [
        *_too_little(matching.pairs, has_transcript=bool(transcripts)),
        *_unsafe(each.file.name for each in known),
    ]
    verdict = Verdict(
        valid=not errors,
        errors=errors,
        warnings=matching.warnings,
        matched_pairs=len(matching.pairs),
        total_duration=round(sum(seconds or 0.0 for seconds in durations), 3),
        unmatched_audio=matching.unmatched_audio,
        unmatched_transcripts=matching.unmatched_transcripts,
    )
    return Assessment(
        verdict=verdict,
        files=len(known),
        transcripts=len(transcripts),
        pairs=matching.pairs if with_pairs else [],
    )


def match(files: Iterable[KnownFile]) -> Matching:
    """Pair audio and transcripts by stem; one of each a stem, the rest is warned about."""
    warnings: list[Finding] = []
    audio = _one_per_stem(files, "AUDIO", warnings)
    transcripts = _one_per_stem(files, "TRANSCRIPT", warnings)
    return Matching(
        pairs=[
            Pair(audio=audio[key], transcript=transcripts[key])
            for key in sorted(audio.keys() & transcripts.keys())
        ],
        unmatched_audio=sorted(audio[key].name for key in audio.keys() - transcripts.keys()),
        unmatched_transcripts=sorted(
            transcripts[key].name for key in transcripts.keys() - audio.keys()
        ),
        warnings=warnings,
    )


def _one_per_stem(
    files: Iterable[KnownFile], kind: DatasetType, warnings: list[Finding]
) -> dict[str, DatasetFile]:
    groups: dict[str, list[DatasetFile]] = defaultdict(list)
    for each in files:
        if each.type == kind:
            groups[stem(each.file.name)].append(each.file)
    chosen = {}
    for key, group in groups.items():
        first, *others = sorted(
            group,
            key=lambda file: (
                _PREFERENCE.get(extension(file.name), 99),
                file.dataset_id,
            ),
        )
        chosen[key] = first
        warnings.extend(
            Finding(
                code="same-stem",
                message=f"'{other.name}' is not used: '{first.name}' bears the same name",
                file=other.name,
            )
            for other in others
        )
    return chosen


def _too_little(pairs: list[Pair], *, has_transcript: bool) -> list[Finding]:
    findings = []
    if not has_transcript:
        findings.append(
            Finding(code="no-transcript", message="At least one transcript file is required")
        )
    if len(pairs) < MIN_PAIRS:
        message = f"Need minimum {MIN_PAIRS} matched pairs (found {len(pairs)})"
        findings.append(Finding(code="too-few-pairs", message=message))
    durations = [pair.audio.duration for pair in pairs]
    minutes = sum(seconds for seconds in durations if seconds is not None) / 60
    if None not in durations and minutes < MIN_MINUTES:
        # Rounded down: 9.96 minutes must not read as the 10.0 that they are not.
        found = f"found {int(minutes * 10) / 10:.1f} minutes"
        message = f"Need minimum {MIN_MINUTES} minutes total duration ({found})"
        findings.append(Finding(code="too-short", message=message))
    if None in durations and len(pairs) < MIN_FILES_WITHOUT_DURATION:
        message = (
            f"Need minimum {MIN_FILES_WITHOUT_DURATION} matched audio files (found {len(pairs)})"
        )
        findings.append(Finding(code="too-few-files", message=message))
    return findings


def _unsafe(names: Iterable[str]) -> list[Finding]:
    return [
        Finding(
            code="unsafe-filename",
            message=f"Unsafe filename: '{name}'. Use only letters, digits, '.', '_' and '-'",
            file=name,
        )
        for name in names
        if not is_safe(name)
    ]
