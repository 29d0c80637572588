"""Token buckets: the law that no window sees more than the burst and what it earned."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway import limits
from services.gateway.limits import Limiter, RateLimited


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def taken(limiter: Limiter, key: str = "acme") -> bool:
    try:
        limiter.take(key)
    except RateLimited:
        return False
    return True


def test_a_burst_and_then_the_rate() -> None:
    clock = Clock()
    limiter = Limiter(2, 3, clock)
    assert [taken(limiter) for _ in range(4)] == [True, True, True, False]
    clock.now += 0.5
    assert [taken(limiter) for _ in range(2)] == [True, False]
    clock.now += 100
    assert [taken(limiter) for _ in range(4)] == [True, True, True, False]


def test_one_organisation_does_not_use_up_anothers() -> None:
    limiter = Limiter(1, 1, Clock())
    assert taken(limiter, "acme")
    assert not taken(limiter, "acme")
    assert taken(limiter, "globex")


def test_it_says_when_to_come_again() -> None:
    clock = Clock()
    limiter = Limiter(0.1, 1, clock)
    limiter.take("acme")
    with pytest.raises(RateLimited) as caught:
        limiter.take("acme")
    assert (caught.value.code, caught.value.retry_after) == ("rate-limited", 10)
    clock.now += caught.value.retry_after
    assert taken(limiter)


def test_a_rate_of_zero_is_no_limit() -> None:
    limiter = Limiter(0, 1, Clock())
    assert all(taken(limiter) for _ in range(1000))


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_REMEMBERED", 100)
    clock = Clock()
    limiter = Limiter(1, 1, clock)
    for number in range(1000):
        limiter.take(str(number))
        clock.now += 0.5
    assert len(limiter._full_at) <= 100
    assert not taken(limiter, "999")


@given(
    rate=st.floats(0.5, 1000),
    burst=st.integers(1, 50),
    pauses=st.lists(st.floats(0, 2), max_size=200),
)
def test_no_window_has_more_than_the_burst_and_what_it_earned(
    rate: float, burst: int, pauses: list[float]
) -> None:
    clock = Clock()
    limiter = Limiter(rate, burst, clock)
    times = []
    for pause in pauses:
        clock.now += pause
        if taken(limiter):
            times.append(clock.now)
    for first, start in enumerate(times):
        for last in range(first, len(times)):
            assert last - first + 1 <= burst + (times[last] - start) * rate + 0.01
