"""Long audio is heard in spans that are cut where it is quiet."""

from itertools import pairwise
from pathlib import Path

import numpy as np

from services.transcriber.adapters.audio import (
    BORDER_SECONDS,
    SAMPLE_RATE,
    SPAN_SECONDS,
    PcmFile,
    spans,
)

LONGEST = (SPAN_SECONDS + BORDER_SECONDS) * SAMPLE_RATE


def noise(samples: int) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.random.default_rng(1).integers(-3000, 3000, samples, dtype=np.int16)


def test_short_audio_is_one_span() -> None:
    assert list(spans(noise(1))) == [(0, 1)]
    assert list(spans(noise(LONGEST))) == [(0, LONGEST)]


def test_spans_cover_everything_and_are_cut_in_the_pause() -> None:
    audio = noise(3 * LONGEST)
    pause = 290 * SAMPLE_RATE
    audio[pause : pause + SAMPLE_RATE] = 0
    found = list(spans(audio))
    assert found[0][0] == 0
    assert found[-1][1] == len(audio)
    assert all(before[1] == after[0] for before, after in pairwise(found))
    assert all(0 < end - begin <= LONGEST for begin, end in found)
    assert pause < found[0][1] < pause + SAMPLE_RATE


def test_from_where_a_span_ended_they_are_the_same() -> None:
    audio = noise(3 * LONGEST)
    found = list(spans(audio))
    assert len(found) > 2
    for number, (_, end) in enumerate(found[:-1], 1):
        assert list(spans(audio, end)) == found[number:]


def test_a_file_is_cut_as_its_samples_are(tmp_path: Path) -> None:
    audio = noise(2 * LONGEST)
    path = tmp_path / "audio.pcm"
    path.write_bytes(audio.astype("<i2").tobytes())
    file = PcmFile(path)
    assert list(spans(file)) == list(spans(audio))
    for begin, end in spans(file):
        assert np.array_equal(file[begin:end], audio[begin:end])
