"""What looks wrong with the data of the pairs. It is told and never refused: users know better."""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from services.validator.domain.files import FilePair, KnownFile
from services.validator.domain.pairing import stems_of
from services.validator.domain.texts import TEXT_CHECKS, Reading
from shared.rpc.validator import Finding

MOST_OF_A_KIND = 100
"""A kind that is found more often than this is summed up by one last finding."""

MOST_SILENCE = 0.95
MOST_CLIPPING = 0.005
"""A recording brought to full scale has a handful of such samples; with one in two hundred the
peaks of its vowels are cut."""

DUPLICATE_TEXT_BYTES = 256
"""Short texts are often equal, as "Yes." is; a long one that is there twice was copied."""


def suspicions(pairs: Sequence[FilePair], language: str | None) -> list[Finding]:
    """Findings kind by kind, each in order of file name; `language` is the model's."""
    readings = sorted(_readings(pairs, language), key=lambda each: each.text.name)
    audio = sorted((pair.audio for pair in pairs), key=lambda each: each.name)
    texts = [each.text for each in readings]
    findings: list[Finding] = []
    for code, check in TEXT_CHECKS.items():
        found = ((each.text.name, check(each)) for each in readings)
        findings += _told(code, found)
    findings += _told("silent-audio", ((each.name, _silent(each)) for each in audio))
    findings += _told("clipped-audio", ((each.name, _clipped(each)) for each in audio))
    findings += _told("duplicate-content", _duplicates([*audio, *texts]))
    return findings


def _readings(pairs: Iterable[FilePair], language: str | None) -> Iterator[Reading]:
    recordings: dict[str, list[KnownFile]] = {}
    texts: dict[str, KnownFile] = {}
    for audio, text in pairs:
        texts[text.dataset_id] = text
        recordings.setdefault(text.dataset_id, []).append(audio)
    for each, text in texts.items():
        audio_files = recordings[each]
        seconds = sounding = None
        durations = [file.duration for file in audio_files if file.duration is not None]
        if len(durations) == len(audio_files) == len(stems_of(text)):
            seconds = math.fsum(durations)
            sounding = seconds - math.fsum(
                (file.silence or 0.0) * (file.duration or 0.0) for file in audio_files
            )
        yield Reading(text, audio_files, seconds, sounding, language)


def _told(code: str, found: Iterable[tuple[str, str | None]]) -> list[Finding]:
    messages = ((name, message) for name, message in found if message is not None)
    findings = [
        Finding(code=code, message=message, file=name)
        for name, message in islice(messages, MOST_OF_A_KIND)
    ]
    if more := sum(1 for _ in messages):
        findings.append(Finding(code=code, message=f"The same was found in {more} more files"))
    return findings


def _silent(audio: KnownFile) -> str | None:
    if audio.silence is None or audio.silence < MOST_SILENCE:
        return None
    # Rounded down: 99.97% must not read as nothing but silence.
    return f"'{audio.name}' is silent for {math.floor(audio.silence * 1000) / 10:.1f}% of its time"


def _clipped(audio: KnownFile) -> str | None:
    if audio.clipping is None or audio.clipping < MOST_CLIPPING:
        return None
    return f"'{audio.name}' is clipped in {audio.clipping:.1%} of its samples: recorded too loud"


def _duplicates(files: Iterable[KnownFile]) -> Iterator[tuple[str, str | None]]:
    first: dict[str, str] = {}
    for file in files:
        if file.type == "AUDIO" or file.size >= DUPLICATE_TEXT_BYTES:
            original = first.setdefault(file.sha256, file.name)
            if original != file.name:
                yield file.name, f"'{file.name}' has the same content as '{original}'"
