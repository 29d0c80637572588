"""The rules of a training run: its states, its segments, the ledger of what is not used."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from shared.events.data import DataUse, Dropped, Fault
from shared.rpc.catalog import StatusName
from shared.speech.cues import Cue
from shared.speech.filenames import basename, stem
from shared.speech.manifest import ManifestRow
from shared.speech.subtitles import Transcript

DOWNLOAD_SECONDS = 300
LOSS_POINTS = 500
EQUAL_ATTEMPTS = 2


class Status(IntEnum):
    """Where a run is; the numbers are the model's."""

    PROVISIONING = 2
    RUNNING = 3
    SUCCESS = 4
    FAILED = 5


STATUS_NAMES: dict[Status, StatusName] = {
    Status.PROVISIONING: "provisioning",
    Status.RUNNING: "running",
    Status.SUCCESS: "success",
    Status.FAILED: "failed",
}
OPEN = (Status.PROVISIONING, Status.RUNNING)


class TrainingFault(Exception):
    """Why an attempt failed. `code` and `message` are for users and name no path.

    `final`: another attempt would end the same way. `data` is what was found out about the files.
    `killed`: the attempt was ended from outside; what it stored until then makes up for it.
    """

    def __init__(
        self,
        code: str,
        message: str,
        fault: Fault,
        *,
        final: bool,
        data: DataUse | None = None,
        killed: bool = False,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.fault: Fault = fault
        self.final = final
        self.data = data
        self.killed = killed


class Stopped(Exception):
    """The worker is to stop, or the run has ended or is another worker's by now."""


def halvings(attempts: int) -> int:
    """How many times the engine is to halve what it computes at once.

    Memory may have run out in attempts that ended without a word and without a checkpoint. The
    second one is equal to the first, since fewer windows at once give weights that are rounded
    otherwise.
    """
    return max(0, attempts - EQUAL_ATTEMPTS)


@dataclass(frozen=True)
class Cut:
    """A recording with its cues, or why it has none that can be used; `pcm` is a file's name."""

    name: str
    pcm: str
    cues: tuple[Cue, ...]
    dropped: tuple[Dropped, ...]


@dataclass(frozen=True)
class Material:
    """The recordings with at least one cue, and the ledger of the others."""

    recordings: tuple[Cut, ...]
    dropped: tuple[Dropped, ...]

    @classmethod
    def of(cls, cuts: Iterable[Cut]) -> "Material":
        """Collect the recordings of a training, in their order."""
        cuts = tuple(cuts)
        recordings = tuple(cut for cut in cuts if cut.cues)
        return cls(recordings, tuple(ledger(drop for cut in cuts for drop in cut.dropped)))

    def data_use(self) -> DataUse:
        """The figures before the engine has chosen among the segments."""
        segments = [cue for cut in self.recordings for cue in cut.cues]
        return DataUse(
            segments=len(segments),
            seconds_used=round(sum(cue.seconds for cue in segments), 3),
            dropped=list(self.dropped),
        )

    def merged(self, used: DataUse) -> DataUse:
        """The engine's figures with both ledgers in one."""
        return used.model_copy(update={"dropped": ledger([*self.dropped, *used.dropped])})


class Manifest:
    """The texts of many recordings, found by a recording's name as the validator pairs them."""

    def __init__(self, rows: Iterable[ManifestRow]) -> None:
        self._by_stem: dict[str, list[ManifestRow]] = defaultdict(list)
        for row in rows:
            self._by_stem[stem(row.audio)].append(row)

    def transcript(self, name: str) -> Transcript | None:
        """What is said in the recording `name`, None where no row is about it.

        Rows that bear its whole name go before those that share its stem only. Where some have
        times, a row without is not used: it cannot be told where in the recording it belongs. A
        row that is there twice counts once.
        """
        rows = self._by_stem.get(stem(name), [])
        exact = basename(name).casefold()
        rows = [row for row in rows if row.audio.casefold() == exact] or rows
        if not rows:
            return None
        cues = list(dict.fromkeys(row.cue for row in rows if row.cue is not None))
        cues.sort(key=lambda cue: (cue.start, cue.end))
        if not cues:
            return Transcript(None, "\n".join(dict.fromkeys(row.text for row in rows)), None, None)
        text = "\n".join(cue.text for cue in cues)
        return Transcript(tuple(cues), text, cues[0].start, max(cue.end for cue in cues))


def cut(name: str, pcm: str, transcript: Transcript, seconds: float) -> Cut:
    """The cues of the recording `name`, `seconds` long; a text without times is one cue.

    The engine applies the limits on a cue, and aligns those that are too long.
    """
    cues = transcript.cues or (Cue(0.0, seconds, " ".join(transcript.text.split())),)
    return Cut(name, pcm, tuple(cues), ())


def ledger(drops: Iterable[Dropped]) -> list[Dropped]:
    """One line for each file and reason, in order of first appearance."""
    lines: dict[tuple[str, str], list[Dropped]] = defaultdict(list)
    for drop in drops:
        lines[drop.file, drop.reason].append(drop)
    return [
        Dropped(
            file=file,
            reason=reason,
            seconds=round(sum(each.seconds for each in parts), 3),
            spans=sorted(span for each in parts for span in each.spans),
        )
        for (file, reason), parts in lines.items()
    ]


def thinned(loss: Sequence[tuple[int, float]], most: int = LOSS_POINTS) -> list[tuple[int, float]]:
    """At most so many points, evenly chosen; the first and the last are among them."""
    if len(loss) <= most:
        return list(loss)
    last = len(loss) - 1
    return [loss[round(place * last / (most - 1))] for place in range(most)]
