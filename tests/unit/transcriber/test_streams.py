"""Work at the same time is handed on in order, and no more is begun than is asked for."""

import threading
from collections.abc import Iterator

import pytest

from services.transcriber.adapters.streams import AHEAD, in_order

STREAMS = 2


def test_what_ends_first_waits_for_what_began_first() -> None:
    second_ended = threading.Event()

    def work(number: int) -> int:
        if number == 0:
            assert second_ended.wait(10)
        else:
            second_ended.set()
        return number

    assert list(in_order(work, range(20), STREAMS)) == list(range(20))


def test_who_stops_asking_gets_no_more_done() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(1000):
            taken.append(number)
            yield number

    running = in_order(lambda number: number, items(), STREAMS)
    assert next(running) == 0
    running.close()  # type: ignore[attr-defined]
    assert len(taken) <= AHEAD * STREAMS + 1


def test_a_failure_is_raised_in_its_place() -> None:
    def work(number: int) -> int:
        if number == 3:
            raise ValueError(number)
        return number

    running = in_order(work, range(10), STREAMS)
    assert [next(running) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="3"):
        next(running)
