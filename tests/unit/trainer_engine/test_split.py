from collections.abc import Callable, Sequence
from itertools import combinations, product
from pathlib import Path
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.trainer.engine.fault import EngineFault
from services.trainer.engine.recording import SAMPLE_RATE, Clip
from services.trainer.engine.split import (
    MAX_OVERSHOOT,
    MIN_RECORDINGS,
    Shares,
    audio_seconds,
    split,
)

Corpus = list[tuple[str, list[float]]]

lengths = st.floats(min_value=0.5, max_value=30.0)
corpora = st.lists(
    st.tuples(st.text(min_size=1, max_size=6), st.lists(lengths, min_size=1, max_size=12)),
    min_size=1,
    max_size=30,
    unique_by=lambda recording: recording[0],
).filter(lambda corpus: sum(len(segments) for _, segments in corpus) >= 3)


def clips_of(corpus: Corpus) -> list[Clip]:
    clips: list[Clip] = []
    for name, segments in corpus:
        begin = 0
        for index, seconds in enumerate(segments):
            stop = begin + round(seconds * SAMPLE_RATE)
            clips.append(Clip(name, index, Path("none.pcm"), begin, stop, "x", (1,)))
            begin = stop
    return clips


@st.composite
def captions(draw: st.DrawFn) -> list[Clip]:
    """A few recordings whose cues overlap, as captions that roll do."""
    clips: list[Clip] = []
    for name in draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True)):
        begin = 0.0
        for index in range(draw(st.integers(1, 30))):
            stop = begin + draw(st.floats(0.5, 12))
            span = (round(begin * SAMPLE_RATE), round(stop * SAMPLE_RATE))
            clips.append(Clip(name, index, Path("none.pcm"), *span, "x", (1,)))
            begin += draw(st.floats(0.5, 4))
    assume(len(clips) >= 3)
    return clips


def shares_of(clips: Sequence[Clip]) -> Shares:
    total = audio_seconds(clips)
    return Shares(test=0.1 * total, dev=0.06 * total)


def share_audio(one: Clip, other: Clip) -> bool:
    return one.recording == other.recording and one.begin < other.stop and other.begin < one.stop


def names(part: Sequence[Clip]) -> set[str]:
    return {clip.recording for clip in part}


@given(corpora)
def test_every_clip_is_in_one_part_or_the_gap(corpus: Corpus) -> None:
    clips = clips_of(corpus)
    found = split(clips, shares_of(clips))
    placed = [*found.train, *found.dev, *found.test, *found.gap]
    assert sorted(placed, key=repr) == sorted(clips, key=repr)
    assert found.train
    assert found.dev
    assert found.test


@given(corpora)
def test_no_recording_straddles_parts(corpus: Corpus) -> None:
    clips = clips_of(corpus)
    found = split(clips, shares_of(clips))
    if found.unit == "recording":
        assert not names(found.train) & names(found.dev)
        assert not names(found.train) & names(found.test)
        assert not names(found.dev) & names(found.test)
        assert not found.gap


@given(corpora)
def test_recordings_that_are_held_out_are_about_as_much_as_was_wanted(corpus: Corpus) -> None:
    clips = clips_of(corpus)
    shares = shares_of(clips)
    found = split(clips, shares)
    if found.unit == "recording":
        for part, wanted in ((found.test, shares.test), (found.dev, shares.dev)):
            assert sum(clip.seconds for clip in part) * MAX_OVERSHOOT >= wanted


@given(corpora)
def test_blocks_are_contiguous_and_apart(corpus: Corpus) -> None:
    clips = clips_of(corpus)
    found = split(clips, shares_of(clips))
    if found.unit == "block" and len(found.train) > 2:
        for earlier, later in ((found.train, found.dev), (found.dev, found.test)):
            if earlier[-1].recording == later[0].recording and len(earlier) > 1:
                assert later[0].index - earlier[-1].index == 2


@given(captions())
def test_no_audio_is_in_two_parts_however_cues_overlap(clips: list[Clip]) -> None:
    try:
        found = split(clips, shares_of(clips))
    except EngineFault as fault:
        assert (fault.code, fault.fault) == ("too-few-segments", "data")
        return
    for one, other in combinations((found.train, found.dev, found.test), 2):
        assert not any(share_audio(mine, theirs) for mine, theirs in product(one, other))


def test_rolling_captions_have_a_gap_of_all_that_overlaps_and_a_neighbour(
    clip: Callable[..., Clip],
) -> None:
    clips = [clip(index=index, at=2.0 * index, seconds=6.0) for index in range(100)]
    found = split(clips, Shares(24.0, 16.0))
    assert [len(part) for part in (found.test, found.dev, found.gap)] == [10, 6, 6]
    assert [each.index for each in found.gap] == [78, 79, 80, 87, 88, 89]


def test_a_recording_with_many_cues_on_the_same_audio_leaves_enough_of_the_others(
    clip: Callable[..., Clip],
) -> None:
    clips = [clip(f"{number}.wav", seconds=3.8) for number in range(12)]
    clips += [clip("captions.wav", index, seconds=20.0 - index / 100) for index in range(30)]
    assert audio_seconds(clips) == pytest.approx(12 * 3.8 + 20)
    found = split(clips, shares_of(clips))
    assert found.unit == "recording"
    assert "captions.wav" in names(found.train)
    assert len(found.train) + len(found.dev) + len(found.test) == len(clips)


def test_cues_that_all_overlap_cannot_be_held_out(clip: Callable[..., Clip]) -> None:
    with pytest.raises(EngineFault) as caught:
        split([clip(index=index, at=0.1 * index) for index in range(9)], Shares(1.0, 1.0))
    assert (caught.value.code, caught.value.fault) == ("too-few-segments", "data")


@given(corpora, st.randoms())
def test_the_order_of_recordings_does_not_matter(corpus: Corpus, draw: Random) -> None:
    shuffled = list(corpus)
    draw.shuffle(shuffled)
    clips, again = clips_of(corpus), clips_of(shuffled)
    assert split(clips, shares_of(clips)) == split(again, shares_of(clips))


def test_many_recordings_are_held_out_near_the_shares(clip: Callable[..., Clip]) -> None:
    clips = [clip(f"{n}.wav", index, at=3.0 * index) for n in range(200) for index in range(3)]
    shares = shares_of(clips)
    found = split(clips, shares)
    assert found.unit == "recording"
    for part, wanted in ((found.test, shares.test), (found.dev, shares.dev)):
        assert wanted <= sum(each.seconds for each in part) <= wanted * MAX_OVERSHOOT


def test_a_recording_more_moves_few_others(clip: Callable[..., Clip]) -> None:
    clips = [clip(f"{n}.wav") for n in range(300)]
    before = split(clips, shares_of(clips))
    more = [*clips, clip("new.wav")]
    after = split(more, shares_of(more))
    assert len(names(before.test) ^ names(after.test)) <= 3


def test_two_long_recordings_are_cut_by_block(clip: Callable[..., Clip]) -> None:
    clips = [clip(f"{n}.wav", index, at=3.0 * index) for n in range(2) for index in range(60)]
    assert len(names(clips)) < MIN_RECORDINGS
    found = split(clips, shares_of(clips))
    assert found.unit == "block"
    assert len(found.test) == 12
    assert len(found.gap) == 2


def test_one_recording_alone_is_cut_by_block(clip: Callable[..., Clip]) -> None:
    clips = [clip(index=index, at=3.0 * index) for index in range(100)]
    found = split(clips, shares_of(clips))
    assert found.unit == "block"
    assert [len(part) for part in (found.train, found.dev, found.test)] == [82, 6, 10]
    assert [each.index for each in found.gap] == [82, 89]


def test_one_recording_far_longer_than_the_rest_is_not_held_out(clip: Callable[..., Clip]) -> None:
    clips = [clip("long.wav", index, at=3.0 * index) for index in range(300)]
    clips += [clip(f"{n}.wav", index, at=3.0 * index) for n in range(40) for index in range(4)]
    found = split(clips, shares_of(clips))
    assert found.unit == "recording"
    assert "long.wav" in names(found.train)


@pytest.mark.parametrize("recordings", [2, 24])
def test_few_long_segments_leave_enough_to_develop_on(
    clip: Callable[..., Clip], recordings: int
) -> None:
    """Ten minutes, the least that trains."""
    clips = [
        clip(f"{number}.wav", index, at=25.0 * index, seconds=25.0)
        for number in range(recordings)
        for index in range(24 // recordings)
    ]
    found = split(clips, shares_of(clips))
    assert found.unit == ("recording" if recordings >= MIN_RECORDINGS else "block")
    assert len(found.dev) == 6
    assert len(found.train) >= 13


def test_a_tiny_recording_among_long_ones_is_no_development_part(
    clip: Callable[..., Clip],
) -> None:
    clips = [
        clip(f"{number}.wav", index, at=5.0 * index, seconds=5.0)
        for number in range(9)
        for index in range(100)
    ]
    clips.append(clip("tiny.wav", seconds=5.0))
    shares = shares_of(clips)
    found = split(clips, shares)
    assert found.unit == "block"
    assert sum(each.seconds for each in found.dev) == pytest.approx(shares.dev, abs=5.0)


def test_three_clips_are_one_each(clip: Callable[..., Clip]) -> None:
    found = split([clip(index=index, at=3.0 * index) for index in range(3)], Shares(1.0, 1.0))
    assert (len(found.train), len(found.dev), len(found.test)) == (1, 1, 1)
