"""Error rates as the demo reports them."""

import pytest

from argot.demo.scoring import Heard, differing, rates, unlike


def test_case_and_punctuation_do_not_count() -> None:
    heard = [Heard("Appuyez sur 1, s'il vous plaît.", "appuyez sur 1 s'il vous plaît", "Appuyez!")]
    base, tuned = rates(heard, "fr")
    assert base == 0
    assert tuned == pytest.approx(6 / 7)  # s'il is two words


def test_the_rate_is_of_all_words_together() -> None:
    heard = [Heard("un deux trois", "un deux trois", ""), Heard("quatre", "cinq", "quatre")]
    assert rates(heard, "fr") == (0.25, 0.75)


def test_examples_begin_with_what_was_gained_most() -> None:
    same = Heard("un", "Un.", "un")
    worse = Heard("un deux", "un deux", "un")
    better = Heard("un deux", "dix", "un deux")
    found = differing([same, worse, better], "fr")
    assert found == [(better, 2, 0), (worse, 0, 1)]


def test_sentences_like_a_known_one_are_left_out() -> None:
    new = Heard("Bonjour à toutes et à tous.", "", "")
    known = Heard("Pour quitter, appuyez sur 2.", "", "")
    assert unlike([known, new], ["Pour quitter appuyez sur 1"], "fr") == [new]
