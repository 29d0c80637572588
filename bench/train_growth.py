"""What preparation and an epoch cost as the data grows, and what memory they take."""

from dataclasses import dataclass, replace
from pathlib import Path

from bench.train_data import Speech, seconds
from bench.train_engine import train

TIMES = (1, 2, 4)
ONE_EPOCH = {"epochs": 1, "packings": 1, "blends": [1.0]}
HELD_OUT = {"max_test_seconds": 60.0, "max_dev_seconds": 60.0}


@dataclass(frozen=True)
class Growth:
    """Cost a second of audio with the most data, over that with the least: 1 where it is linear."""

    preparation: float
    epoch: float
    memory_mb: float


def growth(base_dir: Path, speech: Speech, language: str, folder: Path) -> Growth:
    """Train for an epoch on the recordings once, twice and four times under other names."""
    rows: list[tuple[float, float, float]] = []
    for times in TIMES:
        recordings = [
            replace(each, name=f"{copy}-{each.name}")
            for copy in range(times)
            for each in speech.short
        ]
        done = train(
            base_dir, language, recordings, folder / f"growth-{times}", **ONE_EPOCH, **HELD_OUT
        )
        spent = done.run["seconds"]
        audio = seconds(recordings)
        preparation = (spent["preparing"] + spent["encoding"]) / audio
        rows.append((preparation, spent["training"] / audio, done.peak_mb))
        print(f"{audio:.0f} s of audio: {spent}, {done.peak_mb:.0f} MB", flush=True)
    first, last = rows[0], rows[-1]
    return Growth(last[0] / first[0], last[1] / first[1], last[2] - first[2])
