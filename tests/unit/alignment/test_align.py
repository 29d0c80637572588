"""Captions of a transcript by what was heard: every letter of it, in order, inside the audio."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.speech.alignment.align import align
from shared.speech.alignment.values import HeardWord

from .heard import check, said, spans, texts

PIECES = [
    "un",
    "deux,",
    "l'heure",
    "…",
    "Trois.",
    "«",
    "»",
    "M.",
    "\n",
    "\r\n",
    "\u2028",
    " ",
    "你好。",
]


def test_a_line_is_a_cue_with_the_times_of_its_words() -> None:
    text = "Bonjour à tous.\n  Merci,\tchers amis !\n\n"
    heard = [*said("bonjour à tous", 1), *said("merci chers amis", 5)]

    found = align(text, heard, "fr", 9)

    assert texts(found) == ["Bonjour à tous.", "Merci,\tchers amis !"]
    assert spans(found) == [(1, 2.4), (5, 6.4)]
    assert [(cue.matched, cue.confidence) for cue in found.cues] == [(True, 0.9)] * 2
    assert [word.text for word in found.cues[1].words] == ["Merci,", "chers", "amis", "!"]
    assert found.unmatched_audio == ()


def test_a_word_that_was_not_heard_is_timed_by_its_neighbours() -> None:
    heard = [HeardWord(2, 3, "un", 0.8), HeardWord(6, 7, "quatre", 0.6)]

    (cue,) = align("un deux trois quatre", heard, "fr", 10).cues

    assert [(word.start, word.end) for word in cue.words] == [
        (2, 3),
        (3, pytest.approx(4.333, abs=0.002)),
        (pytest.approx(4.333, abs=0.002), 6),
        (6, 7),
    ]
    assert [word.confidence for word in cue.words] == [0.8, 0, 0, 0.6]
    assert cue.confidence == 0.35


def test_words_at_the_borders_of_a_cue_do_not_stretch_it_over_the_pause() -> None:
    heard = [*said("deux trois quatre", 10), *said("six sept huit", 30)]

    found = align("un deux trois quatre cinq\nxx six sept huit", heard, "fr", 40)

    assert 9.5 < found.cues[0].start < 10
    assert 11.4 < found.cues[0].end < 12
    assert 29.5 < found.cues[1].start < 30


def test_text_that_nobody_says_is_marked_and_takes_no_time_of_others() -> None:
    text = "Bonjour à tous, mes amis.\nCe paragraphe le dit : il manque.\nLe soir vient. Merci !"
    heard = said("bonjour à tous mes amis le soir vient merci")

    found = align(text, heard, "fr", 30)

    assert [cue.matched for cue in found.cues] == [True, False, True]
    assert spans(found) == [(0, 2.4), (2.4, 2.5), (2.5, 4.4)]
    assert found.cues[1].confidence == 0
    assert found.unmatched_audio == ()


def test_speech_that_has_no_text_is_listed() -> None:
    heard = [
        *said("bonjour à tous mes amis"),
        *said("ceci ne se trouve pas", 10),
        *said("dans la page", 13),
        *said("hem", 30),
        *said("le soir vient merci", 40),
    ]

    found = align("Bonjour à tous mes amis.\nLe soir vient, merci.", heard, "fr", 60)

    assert spans(found) == [(0, 2.4), (40, 41.9)]
    assert found.unmatched_audio == ((10, 14.4),)


def test_nothing_heard_marks_everything() -> None:
    found = align("Un.\nDeux.", [], "fr", 0.1)
    assert [cue.matched for cue in found.cues] == [False, False]
    check("Un.\nDeux.", found, 0.1)


def test_a_text_of_nothing_but_signs_is_kept() -> None:
    found = align("— …\n!", said("un deux"), "fr", 5)
    assert texts(found) == ["— …", "!"]
    assert not any(cue.matched for cue in found.cues)


def test_a_misheard_word_keeps_its_time() -> None:
    heard = [*said("la carabine", 3), *said("arrive", 8)]
    (cue,) = align("La caravane arrive", heard, "fr", 10).cues
    assert (cue.words[1].start, cue.words[1].end) == (3.5, 3.9)
    assert cue.words[1].confidence == 0


def test_misheard_words_at_the_borders_of_a_cue_belong_to_it() -> None:
    heard = said("zzz deux trois quatre qqq", 3)
    (cue,) = align("un deux trois quatre cinq", heard, "fr", 10).cues
    assert (cue.start, cue.end) == (3, 5.4)


def corrupted(words: Sequence[str], errors: float, draw: random.Random) -> list[str]:
    heard = []
    for word in words:
        chance = draw.random()
        if chance < errors / 3:
            continue
        heard.append("hein" if chance < 2 * errors / 3 else word)
        if chance > 1 - errors / 3:
            heard.append("euh")
    return heard


def test_an_hour_of_misheard_speech_is_found() -> None:
    draw = random.Random(7)
    vocabulary = [f"{a}{b}{c}" for a in "bdfgklmp" for b in "aeiou" for c in "rstvxz"]
    words = draw.choices(vocabulary, weights=[1 / (n + 1) for n in range(len(vocabulary))], k=6_000)
    lines = [words[at : at + 8] for at in range(0, len(words), 8)]
    at, heard, starts = 0.0, [], []
    for line in lines:
        starts.append(at)
        spoken = said(" ".join(corrupted(line, 0.2, draw)), at)
        heard += spoken
        at += len(line) / 2 + 1
    found = align("\n".join(map(" ".join, lines)), heard, "fr", at)
    assert len(found.cues) == len(lines)
    errors = sorted(abs(cue.start - start) for cue, start in zip(found.cues, starts, strict=True))
    assert errors[len(errors) // 2] < 0.1
    assert errors[int(len(errors) * 0.95)] < 1
    assert sum(cue.matched for cue in found.cues) > 0.98 * len(lines)


@given(
    pieces=st.lists(st.tuples(st.sampled_from(PIECES), st.booleans()), max_size=80),
    data=st.data(),
    language=st.sampled_from(["fr", "zh"]),
)
def test_the_cues_are_the_text_in_order_inside_the_audio(
    pieces: list[tuple[str, bool]], data: st.DataObject, language: str
) -> None:
    text = "".join(f"{piece} " if spaced else piece for piece, spaced in pieces)
    times = st.floats(-1, 100, allow_nan=False)
    words = st.builds(HeardWord, times, times, st.sampled_from([*PIECES, "bla"]), st.floats(0, 1))
    heard = data.draw(st.lists(words, max_size=60))
    duration = data.draw(st.floats(0.001, 120))
    check(text, align(text, heard, language, duration), duration)


@given(text=st.text(max_size=300), language=st.sampled_from(["en", "ja"]))
def test_any_text_at_all_is_kept(text: str, language: str) -> None:
    check(text, align(text, said("one two three"), language, 10), 10)
