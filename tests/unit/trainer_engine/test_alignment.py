from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.trainer.engine.alignment import cut, place
from services.trainer.engine.recording import Segment
from shared.speech.alignment.values import HeardWord

WORDS = st.lists(
    st.tuples(st.sampled_from(["un", "deux", "l'heure", "…", "Trois,"]), st.floats(0.1, 6)),
    min_size=1,
    max_size=60,
)


def middle(before: float, after: float) -> float:
    return (before + after) / 2


def heard(*words: tuple[float, float, str]) -> list[HeardWord]:
    return [HeardWord(*word, 1.0) for word in words]


def test_words_take_over_the_times_of_what_is_heard() -> None:
    segment = Segment(10, 20, "Oui, c'est l'heure !")
    listened = heard((11, 11.5, " oui"), (12, 13, " c'est"), (13, 15, " l'heure."))

    words = place(segment, listened, "fr")

    assert [segment.text[word.begin : word.stop] for word in words] == [
        "Oui,",
        "c'est",
        "l'heure",
        "!",
    ]
    assert [(word.start, word.end, word.sure) for word in words] == [
        (11, 11.5, True),
        (12, 13, True),
        (13, 15, True),
        (15, 20, False),
    ]


def test_what_is_not_heard_lies_between_its_neighbours() -> None:
    words = place(
        Segment(0, 10, "un deux trois quatre"), heard((2, 3, "un"), (6, 7, "quatre")), "fr"
    )

    assert [(word.start, word.end) for word in words] == [(2, 3), (3, 4.5), (4.5, 6), (6, 7)]
    assert [word.sure for word in words] == [True, False, False, True]


def test_without_spaces_each_letter_is_a_word() -> None:
    words = place(Segment(0, 4, "你好。世"), heard((1, 3, "你好"), (3, 4, "世")), "zh")

    assert [(word.start, word.end, word.sure) for word in words] == [
        (1, 2, True),
        (2, 3, True),
        (3, 3, False),
        (3, 4, True),
    ]


def test_a_cut_is_in_the_longest_pause_that_comes_late_enough() -> None:
    listened = heard(
        *((at, at + 0.9, "mot") for at in range(4)),
        *((at, at + 0.9, "mot") for at in range(5, 15)),
        *((at, at + 0.9, "mot") for at in range(16, 40)),
    )
    segment = Segment(0, 41, " ".join(["mot"] * len(listened)))

    found = cut(segment, place(segment, listened, "fr"), middle)

    assert [(piece.start, piece.end) for piece in found.pieces] == [
        (0, pytest.approx(15.2)),
        (pytest.approx(15.7), pytest.approx(40.2)),
    ]
    assert found.dropped == (
        (pytest.approx(15.2), pytest.approx(15.7)),
        (pytest.approx(40.2), 41),
    )
    assert [len(piece.text.split()) for piece in found.pieces] == [14, 24]


def test_what_was_not_heard_as_written_is_dropped() -> None:
    listened = heard(*((at, at + 0.9, "mot") for at in range(20)))
    wrong = " ".join(f"autre{number}" for number in range(30))
    segment = Segment(0, 60, " ".join(["mot"] * 20) + " " + wrong)

    found = cut(segment, place(segment, listened, "fr"), middle)

    assert " ".join(piece.text for piece in found.pieces) == " ".join(["mot"] * 20)
    assert found.dropped == ((found.pieces[-1].end, 60),)


def test_what_is_said_but_not_written_is_in_no_piece() -> None:
    listened = heard(
        *((at, at + 0.9, "mot") for at in range(20)),
        *((at, at + 0.9, "mot") for at in range(32, 37)),  # 12 s that nobody wrote down
    )
    segment = Segment(0, 37, " ".join(["mot"] * len(listened)))

    found = cut(segment, place(segment, listened, "fr"), middle)

    assert found.dropped == ((pytest.approx(20.2), pytest.approx(31.7)),)
    assert [len(piece.text.split()) for piece in found.pieces] == [20, 5]


@pytest.mark.parametrize("seconds", [0.0, 1.0, 8.0, 40.0])
def test_what_is_written_but_not_said_is_in_no_piece(seconds: float) -> None:
    """Twenty words amid as many that are said, in no time or in one for other words."""
    listened = heard(
        *((at, at + 1, f"avant{at}") for at in range(20)),
        *((20 + seconds + at, 21 + seconds + at, f"apres{at}") for at in range(20)),
    )
    before, after = ([word.text for word in half] for half in (listened[:20], listened[20:]))
    text = " ".join([*before, *(f"jamais{number}" for number in range(20)), *after])

    segment = Segment(0, 40 + seconds, text)

    found = cut(segment, place(segment, listened, "fr"), middle)

    assert [piece.text for piece in found.pieces] == [" ".join(before), " ".join(after)]
    assert found.pieces[0].end <= 20.3
    assert found.pieces[1].start >= 19.7 + seconds


def test_a_few_words_that_were_misheard_are_learnt() -> None:
    listened = heard(
        *((at, at + 0.9, "autre" if at in {5, 6, 7, 30} else f"mot{at}") for at in range(40))
    )
    segment = Segment(0, 40, " ".join(f"mot{at}" for at in range(40)))

    found = cut(segment, place(segment, listened, "fr"), middle)

    assert " ".join(piece.text for piece in found.pieces) == segment.text


def test_every_word_of_a_recording_of_hours_is_in_a_piece() -> None:
    listened = heard(*((at / 2, at / 2 + 0.4, "mot") for at in range(40_000)))
    segment = Segment(0, 20_000, " ".join(["mot"] * len(listened)))
    asked = 0

    def counted(before: float, after: float) -> float:
        nonlocal asked
        asked += 1
        return middle(before, after)

    found = cut(segment, place(segment, listened, "fr"), counted)

    assert asked == len(listened) - 1
    assert sum(len(piece.text.split()) for piece in found.pieces) == len(listened)


def test_nothing_heard_is_nothing_aligned() -> None:
    segment = Segment(0, 60, "un deux")
    assert cut(segment, place(segment, [], "fr"), middle).dropped == ((0, 60),)


@given(spoken=WORDS, pauses=st.lists(st.floats(0, 3), min_size=60, max_size=60), data=st.data())
def test_pieces_follow_each_other_within_the_segment_and_every_second_is_accounted_for(
    spoken: list[tuple[str, float]], pauses: list[float], data: st.DataObject
) -> None:
    at, listened = 5.0, []
    for (word, seconds), pause in zip(spoken, pauses, strict=False):
        if data.draw(st.integers(0, 9)):  # one in ten is not heard
            listened.append(HeardWord(at, at + seconds, word, 1.0))
        at += seconds + pause
    segment = Segment(5.0, at + 1, "  ".join(word for word, _ in spoken))

    found = cut(segment, place(segment, listened, "fr"), middle)

    spans = [*((piece.start, piece.end) for piece in found.pieces), *found.dropped]
    spans.sort()
    assert spans[0][0] == segment.start
    assert spans[-1][1] == segment.end
    assert all(before[1] == after[0] for before, after in pairwise(spans))
    assert all(0.5 <= piece.end - piece.start <= 30 for piece in found.pieces)
    said = " ".join(piece.text for piece in found.pieces).split()
    rest = iter(segment.text.split())
    assert all(word in rest for word in said)  # in order, each once


@given(
    spoken=st.lists(
        st.tuples(st.floats(0.1, 2), st.floats(0, 5), st.integers(0, 3)), min_size=20, max_size=80
    )
)
def test_between_words_of_a_piece_there_is_nothing_else_to_be_said(
    spoken: list[tuple[float, float, int]],
) -> None:
    """The words are unique; after each there is a pause, and every fourth is not heard."""
    at, listened = 0.0, {}
    for number, (seconds, pause, drawn) in enumerate(spoken):
        if drawn:
            listened[f"m{number}"] = HeardWord(at, at + seconds, f"m{number}", 1.0)
        at += seconds + pause
    segment = Segment(0.0, at, " ".join(f"m{number}" for number in range(len(spoken))))
    asked: list[float] = []

    def near(before: float, after: float) -> float:
        asked.append(after - before)
        return middle(before, after)

    found = cut(segment, place(segment, list(listened.values()), "fr"), near)

    assert all(seconds <= 0.6 + 1e-6 for seconds in asked)
    for piece in found.pieces:
        written = piece.text.split()
        sure = [(place_, listened[word]) for place_, word in enumerate(written) if word in listened]
        for (left, before), (right, after) in pairwise(sure):
            assert right - left <= 11
            assert after.start - before.end <= 2 + (right - left - 1) + 1e-6
        if written[0] in listened:
            assert piece.start >= sure[0][1].start - 0.3 - 1e-6
        if written[-1] in listened:
            assert piece.end <= sure[-1][1].end + 0.3 + 1e-6
