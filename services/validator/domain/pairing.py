"""Which audio goes with which text.

By stem, without case; a manifest stands under the stem of every audio file that it names. Where
several files stand under one stem, audio is taken whose whole name a manifest bears, then the
first of `_PREFERENCE`, then the older upload.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
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


class _Standing(NamedTuple):
    """By stem: the file that is taken, and those that it is taken before."""

    taken: dict[str, KnownFile]
    others: dict[str, list[KnownFile]]

    def under(self, key: str) -> Iterator[KnownFile]:
        """All files of a stem."""
        yield self.taken[key]
        yield from self.others.get(key, ())


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
    named = {name.casefold() for each in known for name in each.named or ()}
    recorded = [each for each in known if each.type == "AUDIO"]
    audio = _stand(sorted(recorded, key=lambda each: each.name.casefold() not in named))
    texts = _stand(each for each in known if each.type != "AUDIO")
    both = sorted(audio.taken.keys() & texts.taken.keys())
    with_audio = {each.dataset_id for key in both for each in texts.under(key)}
    return Matching(
        pairs=[FilePair(audio.taken[key], texts.taken[key]) for key in both],
        unmatched_audio=sorted(
            each.name
            for key in audio.taken.keys() - texts.taken.keys()
            for each in audio.under(key)
        ),
        unmatched_transcripts=sorted(
            each.name
            for each in known
            if each.type != "AUDIO" and each.dataset_id not in with_audio
        ),
        warnings=[
            *_same_stem(audio, both),
            *_another_text(audio, texts, both),
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


def _stand(files: Iterable[KnownFile]) -> _Standing:
    standing = _Standing({}, {})
    for file in files:
        for key in stems_of(file):
            if standing.taken.setdefault(key, file) is not file:
                standing.others.setdefault(key, []).append(file)
    return standing


def _same_stem(audio: _Standing, paired: Iterable[str]) -> list[Finding]:
    return [
        Finding(
            code="same-stem",
            message=f"'{other.name}' is not used: '{audio.taken[key].name}' bears the same name",
            file=other.name,
        )
        for key in paired
        for other in audio.others.get(key, ())
    ]


def _another_text(audio: _Standing, texts: _Standing, paired: Iterable[str]) -> list[Finding]:
    """One warning for each text that another one is taken before, however often."""
    names: dict[str, str] = {}
    lost: dict[str, list[str]] = defaultdict(list)
    for key in paired:
        for other in texts.others.get(key, ()):
            names[other.dataset_id] = other.name
            lost[other.dataset_id].append(key)
    return [
        Finding(
            code="several-transcripts",
            message=(
                f"'{names[each]}' is not used for "
                f"{listed([audio.taken[key].name for key in keys])}, in favour of "
                f"{listed(list(dict.fromkeys(texts.taken[key].name for key in keys)))}"
            ),
            file=names[each],
        )
        for each, keys in lost.items()
    ]


def _not_uploaded(manifests: Iterable[KnownFile], audio: _Standing) -> list[Finding]:
    findings = []
    for manifest in manifests:
        missing = [name for name in manifest.named or () if stem(name) not in audio.taken]
        if missing:
            message = (
                f"'{manifest.name}' names audio that is not uploaded: {listed(missing)} "
                f"({len(missing)} in all)"
            )
            findings.append(Finding(code="audio-not-uploaded", message=message, file=manifest.name))
    return findings
