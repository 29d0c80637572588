"""Work that is done at the same time, and handed on in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

AHEAD = 2
"""How many that wait for each stream."""

T = TypeVar("T")
U = TypeVar("U")


def in_order(work: Callable[[T], U], items: Iterable[T], streams: int) -> Iterator[U]:
    """What becomes of each item, in order; no more are taken than are soon needed.

    Who stops asking waits for what is under way; the rest is not begun.
    """
    with ThreadPoolExecutor(streams) as pool:
        waiting: deque[Future[U]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) > AHEAD * streams:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for each in waiting:
                each.cancel()
