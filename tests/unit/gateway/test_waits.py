"""Places for those who wait, and how long they do."""

import time
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


def test_the_first_moment_comes_at_once() -> None:
    assert len(list(Patience(0).moments())) == 1


def test_the_last_moment_comes_when_the_time_is_over() -> None:
    began = time.monotonic()
    assert len(list(Patience(0.15).moments())) > 1
    assert time.monotonic() - began >= 0.15


def test_it_ends_with_the_process() -> None:
    patience = Patience(60)
    patience.end()
    moments = patience.moments()
    next(moments)  # what is done already is still told
    with pytest.raises(ArgotError, match="stopping"):
        next(moments)
