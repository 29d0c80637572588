"""Places for those who wait, and how long they do."""

from contextlib import ExitStack

import pytest

from services.gateway.limits import RateLimited
from services.gateway.waits import Patience, Places
from shared.errors import ArgotError


def test_one_organisation_has_half_of_the_places() -> None:
    places = Places(4)
    with ExitStack() as held:
        for _ in range(2):
            held.enter_context(places.place("acme"))
        with pytest.raises(RateLimited) as refused, places.place("acme"):
            pass
        assert refused.value.retry_after > 0
        for _ in range(2):
            held.enter_context(places.place("globex"))
        with pytest.raises(RateLimited), places.place("third"):
            pass
    with places.place("acme"), places.place("acme"), places.place("third"):
        pass


def test_a_place_is_free_again_whatever_happens() -> None:
    places = Places(1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), places.place("acme"):
            raise ZeroDivisionError
    assert not places._taken


def test_what_is_there_needs_no_patience() -> None:
    assert Patience(0).until(lambda: "here") == "here"


def test_it_asks_until_there_is_an_answer() -> None:
    answers = iter([None, None, "late"])
    assert Patience(10).until(lambda: next(answers)) == "late"


def test_it_ends_with_its_time() -> None:
    asked = []
    assert Patience(0.15).until(lambda: asked.append(1)) is None
    assert len(asked) > 1


def test_it_ends_with_the_process() -> None:
    patience = Patience(60)
    patience.end()
    with pytest.raises(ArgotError, match="stopping"):
        patience.until(lambda: None)
    assert patience.until(lambda: "done already") == "done already"
