"""Which audio goes with which text.

By stem, without case; a manifest stands under the stem of every audio file that it names. Where
several files stand under one stem, the first of `_PREFERENCE` is taken, then the older upload.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from services.validator.domain.files import FilePair, KnownFile, listed
from shared.rpc.validator import Finding
from shared.speech.filenames import extension, stem

# Audio: what lost least. Texts: times of one recording, then those of many, then none.
_PREFERENCE = {
    name: place
    for order in (("wav", "flac", "m4a", "mp3"), ("vtt", "srt", "jsonl", "txt"))
    for place, name in enumerate(order)
}

_Candidates = Mapping[str, Sequence[KnownFile]]


class Matching(NamedTuple):
    """Pairs in order of stem, what has no partner by name, and why other files are not used.

    Each file is in a pair, unmatched, or named by a warning that it is not used.
    """

    pairs: list[FilePair]
    unmatched_audio: list[str]
    unmatched_transcripts: list[str]
    warnings: list[Finding]


def match(files: Iterable[KnownFile]) -> Matching:
    """Pair the files of a model; the order in which they come does not matter."""
    known = sorted(files, key=_rank)
    standing = [(each, stems_of(each)) for each in known]
    audio = _under_stems(each for each in standing if each[0].type == "AUDIO")
    texts = _under_stems(each for each in standing if each[0].type != "AUDIO")
    pairs = [FilePair(audio[key][0], texts[key][0]) for key in sorted(audio.keys() & texts.keys())]
    return Matching(
        pairs=pairs,
        unmatched_audio=sorted(
            each.name for key in audio.keys() - texts.keys() for each in audio[key]
        ),
        unmatched_transcripts=sorted(
            each.name
            for each, stems in standing
            if each.type != "AUDIO" and audio.keys().isdisjoint(stems)
        ),
        warnings=[
            *_same_stem(audio, pairs),
            *_another_text(texts, pairs),
            *_not_uploaded((each for each in known if each.type == "MANIFEST"), audio),
        ],
    )


def stems_of(file: KnownFile) -> Collection[str]:
    """Where the file stands, each stem once and in order."""
    if file.type == "MANIFEST":
        return dict.fromkeys(map(stem, file.named or ()))
    return (stem(file.name),)


def _rank(file: KnownFile) -> tuple[int, str]:
    return _PREFERENCE.get(extension(file.name), len(_PREFERENCE)), file.dataset_id


def _under_stems(
    standing: Iterable[tuple[KnownFile, Collection[str]]],
) -> dict[str, list[KnownFile]]:
    found: dict[str, list[KnownFile]] = defaultdict(list)
    for file, stems in standing:
        for key in stems:
            found[key].append(file)
    return found


def _same_stem(audio: _Candidates, pairs: Iterable[FilePair]) -> list[Finding]:
    return [
        Finding(
            code="same-stem",
            message=f"'{other.name}' is not used: '{used.name}' bears the same name",
            file=other.name,
        )
        for used, _ in pairs
        for other in audio[stem(used.name)][1:]
    ]


def _another_text(texts: _Candidates, pairs: Iterable[FilePair]) -> list[Finding]:
    """One warning for each text that another one is taken before, however often."""
    beaten: dict[str, list[FilePair]] = defaultdict(list)
    names: dict[str, str] = {}
    for pair in pairs:
        for other in texts[stem(pair.audio.name)][1:]:
            beaten[other.dataset_id].append(pair)
            names[other.dataset_id] = other.name
    return [
        Finding(
            code="several-transcripts",
            message=(
                f"'{names[each]}' is not used for {listed([pair.audio.name for pair in lost])}, "
                "in favour of "
                f"{listed(list(dict.fromkeys(pair.transcript.name for pair in lost)))}"
            ),
            file=names[each],
        )
        for each, lost in beaten.items()
    ]


def _not_uploaded(manifests: Iterable[KnownFile], audio: _Candidates) -> list[Finding]:
    findings = []
    for manifest in manifests:
        missing = [name for name in manifest.named or () if stem(name) not in audio]
        if missing:
            message = (
                f"'{manifest.name}' names audio that is not uploaded: {listed(missing)} "
                f"({len(missing)} in all)"
            )
            findings.append(Finding(code="audio-not-uploaded", message=message, file=manifest.name))
    return findings
