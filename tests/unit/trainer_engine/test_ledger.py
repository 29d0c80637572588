from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.trainer.engine.ledger import ALL_PLACES, PAUSE, PLACES, Drop, account
from services.trainer.engine.recording import SAMPLE_RATE, Clip, Recording

LENGTH = 10 * SAMPLE_RATE
SPANS = st.tuples(st.integers(0, LENGTH), st.integers(0, LENGTH)).map(sorted)
REASONS = st.sampled_from(["not-aligned", "no-text", "split-gap"])

Make = Callable[[str], Recording]


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Make:
    pcm = tmp_path_factory.mktemp("audio") / "a.pcm"
    np.zeros(LENGTH, dtype="<i2").tofile(pcm)
    return lambda name: Recording(name, pcm, ())


def clip(recording: Recording, begin: int, stop: int) -> Clip:
    return Clip(recording.name, 0, recording.pcm, begin, stop, "", ())


@given(
    used=st.lists(st.tuples(st.booleans(), SPANS)),
    dropped=st.lists(st.tuples(st.booleans(), SPANS, REASONS)),
)
def test_used_and_dropped_samples_are_all_samples_each_once(
    recording: Make, used: list[tuple[bool, list[int]]], dropped: list[tuple[bool, list[int], str]]
) -> None:
    pair = [recording("a.wav"), recording("b.wav")]
    clips = [clip(pair[which], *span) for which, span in used]
    # A cue may claim to last beyond its audio.
    drops = [Drop(pair[which].name, span[0], span[1] * 2, why) for which, span, why in dropped]

    found = account(pair, clips, drops)

    assert found.used + sum(each.stop - each.begin for each in found.drops) == 2 * LENGTH
    booked = np.zeros((2, LENGTH), dtype=int)
    for each in clips:
        booked[int(each.recording == "b.wav"), each.begin : each.stop] = 1
    assert booked.sum() == found.used
    for row in found.drops:
        assert row.begin < row.stop
        booked[int(row.file == "b.wav"), row.begin : row.stop] += 1
    assert (booked == 1).all()


@given(used=st.lists(SPANS, max_size=6), dropped=st.lists(st.tuples(SPANS, REASONS), max_size=6))
def test_a_sample_is_booked_under_its_first_drop(
    recording: Make, used: list[list[int]], dropped: list[tuple[list[int], str]]
) -> None:
    a = recording("a.wav")
    drops = [Drop(a.name, *span, why) for span, why in dropped]
    expected = np.full(LENGTH, "none", dtype="U12")
    for each in reversed(drops):
        expected[each.begin : each.stop] = each.reason
    for begin, stop in used:
        expected[begin:stop] = "used"

    found = account([a], [clip(a, *span) for span in used], drops)

    booked = np.full(LENGTH, "used", dtype="U12")
    for row in found.drops:
        booked[row.begin : row.stop] = row.reason
    booked[np.isin(booked, ["pause", "no-cue"])] = "none"
    assert (booked == expected).all()
    assert found.used == int((expected == "used").sum())


@pytest.mark.timeout(20)  # each with each would take hours
def test_as_many_cues_as_a_recording_may_have_are_booked_at_once(recording: Make) -> None:
    a = recording("a.wav")
    clips = [clip(a, at, at + 1) for at in range(0, LENGTH, 2)]
    drops = [Drop(a.name, at, LENGTH, "no-text") for at in range(1, LENGTH, 2)]
    found = account([a], clips * 2, drops)
    assert found.used == LENGTH // 2
    assert len(found.drops) == LENGTH // 2


def test_what_no_cue_covers_is_a_pause_or_lacks_a_cue(recording: Make) -> None:
    a = recording("a.wav")
    clips = [clip(a, SAMPLE_RATE, 5 * SAMPLE_RATE), clip(a, 5 * SAMPLE_RATE + PAUSE, LENGTH)]

    found = account([a], clips, [])

    assert found.rows() == [
        {"file": "a.wav", "start": 0.0, "end": 1.0, "reason": "no-cue"},
        {"file": "a.wav", "start": 5.0, "end": 6.0, "reason": "pause"},
    ]
    assert found.seconds_used == 8.0


def test_the_sums_have_a_row_a_file_and_reason(recording: Make) -> None:
    a, b = recording("a.wav"), recording("b.wav")
    drops = [
        Drop("b.wav", 0, LENGTH, "no-text"),
        Drop("a.wav", 0, 100, "no-text"),
        Drop("a.wav", 100, SAMPLE_RATE, "no-text"),
        Drop("a.wav", SAMPLE_RATE, LENGTH // 2, "split-gap"),
        Drop("a.wav", LENGTH // 2, LENGTH, "no-text"),
    ]
    spans = [(0.0, 1.0), (5.0, 10.0)]
    assert account([a, b], [], drops).sums() == [
        {"file": "a.wav", "reason": "no-text", "seconds": 6.0, "spans": spans},
        {"file": "a.wav", "reason": "split-gap", "seconds": 4.0, "spans": [(1.0, 5.0)]},
        {"file": "b.wav", "reason": "no-text", "seconds": 10.0, "spans": [(0.0, 10.0)]},
    ]


@given(
    used=st.lists(SPANS, max_size=30),
    dropped=st.lists(st.tuples(st.booleans(), SPANS, REASONS), max_size=40),
)
def test_the_places_of_a_row_lie_in_its_file_apart_and_are_no_more_than_its_seconds(
    recording: Make, used: list[list[int]], dropped: list[tuple[bool, list[int], str]]
) -> None:
    pair = [recording("a.wav"), recording("b.wav")]
    clips = [clip(pair[0], *span) for span in used]
    drops = [Drop(pair[which].name, span[0], span[1] * 2, why) for which, span, why in dropped]

    found = account(pair, clips, drops)

    for row in found.sums():
        spans: Any = row["spans"]
        borders = [border for span in spans for border in span]
        assert borders == sorted(borders)
        assert all(start < end for start, end in spans)
        assert all(0 <= border <= LENGTH / SAMPLE_RATE for border in borders)
        told, lost = sum(end - start for start, end in spans), float(str(row["seconds"]))
        assert told <= lost + 0.001 * (1 + len(spans))
        assert len(spans) <= PLACES
        if row["reason"] == "pause":
            assert spans == []
        elif len(spans) < PLACES and lost > 0.1:
            assert told >= lost - 0.001 * (1 + len(found.drops))


def test_of_many_places_the_longest_are_told_and_something_of_every_row(recording: Make) -> None:
    many = [recording(f"{number}.wav") for number in range(ALL_PLACES // PLACES)]
    apart = [
        Drop(each.name, at, at + 100 + at // 200, "not-aligned")
        for each in many
        for at in range(0, LENGTH, 2000)
    ]
    first, *_ = account(many[:1], [], apart[:80]).sums()
    assert (first["reason"], len(list(first["spans"]))) == ("not-aligned", PLACES)
    short = recording("short.wav")
    drops = [*apart, Drop(short.name, 0, 80, "cue-too-short")]

    sums = account([*many, short], [], drops).sums()

    rows = {(row["file"], row["reason"]): row["spans"] for row in sums}
    assert rows["short.wav", "cue-too-short"] == [(0.0, 0.005)]
    assert sum(len(spans) for spans in rows.values()) == ALL_PLACES
    assert (9.875, 9.931) in rows["0.wav", "not-aligned"], "the last is the longest"
