"""What the attempts at a job have done so far, in storage: the next one goes on from there."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Generic, NamedTuple, Self, TypeVar

import structlog
from pydantic import BaseModel, ConfigDict

from services.transcriber.adapters.recogniser import Progress
from services.transcriber.domain.transcripts import Segment
from shared.rpc.transcriber import GlossaryEntry
from shared.runtime.storage import ObjectMissing, Storage, StorageUnavailable
from shared.speech.alignment.placing import Place
from shared.speech.alignment.values import HeardWord

WINDOWS = 20
"""In which cues are placed, about eight minutes of audio, that are kept together."""

log = structlog.get_logger(__name__)


class HeardPart(BaseModel):
    """What is said until `end`, in seconds, and by which glossary it was heard."""

    model_config = ConfigDict(frozen=True)

    end: float
    glossary: tuple[GlossaryEntry, ...]
    segments: tuple[Segment, ...]


class PlacedPart(BaseModel):
    """Where a model put the words of windows, in their order."""

    model_config = ConfigDict(frozen=True)

    windows: tuple[tuple[HeardWord, ...] | None, ...]


PartT = TypeVar("PartT", bound=BaseModel)


class Kept(Generic[PartT]):
    """The parts of one kind of work at a job, numbered under `prefix`; `scratch` is on disk.

    Attempts that overlap keep the same, since the same audio gives the same text.
    """

    def __init__(self, kind: type[PartT], storage: Storage, prefix: str, scratch: Path) -> None:
        self._kind = kind
        self._storage = storage
        self._prefix = prefix
        self._scratch = scratch
        self._count = 0

    def parts(self) -> Iterator[PartT]:
        """Those of the attempts before, in order; to be read before anything is added."""
        self._count = 0
        while True:
            try:
                self._storage.get_file(self._key(self._count), self._scratch)
            except ObjectMissing:
                return
            self._count += 1
            yield self._kind.model_validate_json(self._scratch.read_bytes())

    def add(self, part: PartT) -> bool:
        """Whether the part is stored; while storage is away the work goes on without."""
        self._scratch.write_text(part.model_dump_json(exclude_none=True), encoding="utf-8")
        try:
            self._storage.put_file(self._key(self._count), self._scratch)
        except StorageUnavailable as error:
            log.warning("work_not_kept", detail=str(error))
            return False
        self._count += 1
        return True

    def clear(self) -> None:
        """Remove all that this attempt has read or added."""
        for number in range(self._count):
            self._storage.remove(self._key(number))

    def _key(self, number: int) -> str:
        return f"{self._prefix}{number:05}.json"


class KeptWork(NamedTuple):
    """All that is kept of a job."""

    heard: Kept[HeardPart]
    placed: Kept[PlacedPart]

    @classmethod
    def of(cls, storage: Storage, folder: str, scratch: Path) -> Self:
        """Of the job that has this folder in storage."""
        return cls(
            Kept(HeardPart, storage, f"{folder}heard/", scratch),
            Kept(PlacedPart, storage, f"{folder}placed/", scratch),
        )

    def clear(self) -> None:
        """Nobody goes on from here; what cannot be removed now goes with the job."""
        try:
            for each in self:
                each.clear()
        except StorageUnavailable as error:
            log.warning("kept_work_not_removed", detail=str(error))


def hear_once(
    hear: Callable[[float], Iterable[Progress]],
    kept: Kept[HeardPart],
    glossary: Sequence[GlossaryEntry],
    duration: float,
) -> Iterator[Progress]:
    """What `hear` hears from the beginning; it is asked from where the last attempt kept a span.

    The last span is not kept: what follows is nearly the end.
    """
    begin = 0.0
    for part in kept.parts():
        yield from (Progress(each.end, each) for each in part.segments)
        begin = part.end
    fresh: list[Segment] = []
    for heard in hear(begin):
        if heard.segment is not None:
            fresh.append(heard.segment)
        elif heard.seconds < duration:
            part = HeardPart(end=heard.seconds, glossary=tuple(glossary), segments=tuple(fresh))
            if kept.add(part):
                fresh = []
        yield heard


def place_once(place: Place, kept: Kept[PlacedPart]) -> Place:
    """The same places; the model is not asked again for those of the attempts before.

    What another kind of device heard after the last span that is kept may lie in other windows:
    these are asked for, and all that follow.
    """
    earlier: Iterator[tuple[HeardWord, ...] | None]
    earlier = (each for part in kept.parts() for each in part.windows)
    fresh: list[tuple[HeardWord, ...] | None] = []

    def once(start: float, end: float, words: Sequence[str]) -> Sequence[HeardWord] | None:
        nonlocal earlier, fresh
        known = next(earlier, ())
        if known is None or (known and [each.text for each in known] == list(words)):
            return known
        earlier = iter(())
        found = place(start, end, words)
        fresh.append(None if found is None else tuple(found))
        if len(fresh) >= WINDOWS and kept.add(PlacedPart(windows=tuple(fresh))):
            fresh = []
        return found

    return once
