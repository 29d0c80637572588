"""The data of a job, cut and laid out; all of it follows from the job."""

from dataclasses import dataclass
from typing import Any

from .examples import Tokens
from .fault import EngineFault
from .job import EngineSettings, Job
from .ledger import Drop, Ledger, account
from .recording import Clip
from .schedule import plan
from .selection import Selection
from .split import Shares, Split, audio_seconds, split
from .strategy import Amounts
from .vocabulary import Vocabulary
from .windows import Quiet, Window, alone, pack, quiet


@dataclass(frozen=True)
class Material:
    """The usable clips and their parts, and the training part's windows.

    ``packings`` are ranges of windows; each covers the training part once.
    """

    vocabulary: Vocabulary
    clips: tuple[Clip, ...]
    split: Split
    ledger: Ledger
    windows: tuple[Window | Quiet, ...]
    packings: tuple[range, ...]

    @property
    def held_out(self) -> tuple[Clip, ...]:
        """The test part and then the development part."""
        return (*self.split.test, *self.split.dev)

    def use(self) -> dict[str, Any]:
        """What became of the audio."""
        parts = self.split
        return self.ledger.use(len(parts.train) + len(parts.dev) + len(parts.test))

    def spoken(self) -> dict[int, Window]:
        """Of the windows those of the first packing with speech, by their places."""
        laid = ((place, self.windows[place]) for place in self.packings[0])
        return {place: window for place, window in laid if isinstance(window, Window)}

    def training_tokens(self) -> list[Tokens]:
        """Of the windows."""
        return [each.tokens(self.vocabulary) for each in self.windows]

    def development_tokens(self) -> list[Tokens]:
        """Of the development part's clips, each alone."""
        return [alone(clip).tokens(self.vocabulary) for clip in self.split.dev]

    def amounts(self, settings: EngineSettings) -> Amounts:
        """How much there is to do."""
        visits = sum(len(step.windows) for step in plan(self.packings, settings))
        return Amounts(
            test=len(self.split.test),
            development=len(self.split.dev),
            windows=len(self.windows),
            packing=len(self.packings[0]),
            visits=visits,
        )


def lay_out(job: Job, vocabulary: Vocabulary, selection: Selection) -> Material:
    """Split what was selected, and lay the training part into windows. Raises as `split`."""
    settings = job.settings
    total = audio_seconds(selection.clips)
    shares = Shares(
        test=min(total * settings.test_share, settings.max_test_seconds),
        dev=min(total * settings.dev_share, settings.max_dev_seconds),
    )
    try:
        parts = split(selection.clips, shares)
    except EngineFault as fault:
        lost = account(job.recordings, selection.clips, selection.drops)
        fault.data = lost.use(len(selection.clips))
        raise
    gap = [Drop(clip.recording, clip.begin, clip.stop, "split-gap") for clip in parts.gap]
    used = (*parts.train, *parts.dev, *parts.test)
    ledger = account(job.recordings, used, [*selection.drops, *gap])
    windows: list[Window | Quiet] = []
    packings: list[range] = []
    for packing in range(settings.packings):
        laid = pack(parts.train, settings.seed, packing)
        first = len(windows)
        windows += [*laid, *quiet(len(laid), settings.seed, packing)]
        packings.append(range(first, len(windows)))
    return Material(vocabulary, selection.clips, parts, ledger, tuple(windows), tuple(packings))
