"""An interrupted training goes on where the machine hears and computes otherwise."""

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from services.trainer.engine import Interrupted, Job, Progress, Recording, Segment, train
from services.trainer.engine.alignment import Aligned
from services.trainer.engine.hearing import Aligner

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def joined(recordings: tuple[Recording, ...], tmp_path: Path) -> Recording:
    """A recording of more than thirty seconds with one text."""
    pause = np.zeros(8000, "<i2")
    parts = [part for each in recordings for part in (np.fromfile(each.pcm, "<i2"), pause)]
    pcm = tmp_path / "joined.pcm"
    np.concatenate(parts).tofile(pcm)
    text = " ".join(each.segments[0].text for each in recordings)
    whole = Recording("joined.wav", pcm, ())
    return replace(whole, segments=(Segment(0.0, whole.seconds, text),))


def test_a_machine_that_hears_other_words_goes_on_with_the_same_clips(
    job: Callable[..., Job],
    joined: Recording,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    work_dir = tmp_path / "first"
    first = replace(job(work_dir), recordings=(joined, *job(work_dir).recordings[:3]))
    steps: list[int] = []

    def report(progress: Progress) -> None:
        steps.append(len(progress.loss))

    with pytest.raises(Interrupted):
        train(first, report, should_stop=lambda: bool(steps) and steps[-1] >= 2)

    def deaf(_aligner: Aligner, _recording: Recording, segment: Segment) -> Aligned:
        return Aligned((), ((segment.start, segment.end),))

    monkeypatch.setattr(Aligner, "__call__", deaf)
    moved = tmp_path / "moved"
    moved.mkdir()
    (work_dir / "checkpoint.safetensors").rename(moved / "checkpoint.safetensors")
    settings = replace(first.settings, threads=1, halvings=1)
    reports: list[Progress] = []
    with caplog.at_level(logging.WARNING, "services.trainer.engine"):
        result = train(replace(first, work_dir=moved, settings=settings), reports.append)
    assert result
    assert not caplog.records
    begun = next(each for each in reports if each.phase == "training")
    assert len(begun.loss) >= steps[-1] >= 2
    assert result.data["seconds_used"] > 30
