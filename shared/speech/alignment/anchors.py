"""Where two sequences of words surely belong together: runs of words that each has only once."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

RUN = 3
"""Words in a row."""


class Anchor(NamedTuple):
    """The same run of words begins at both places."""

    left: int
    right: int


def anchors(left: Sequence[str], right: Sequence[str]) -> list[Anchor]:
    """The longest chain of runs that both have once, in the order of both.

    A run that was said elsewhere by chance does not fit into the chain. Linear but for the chain,
    which takes a logarithm more.
    """
    mine, others = _once(left), _once(right)
    found = [Anchor(at, others[run]) for run, at in mine.items() if run in others]
    return _chain(found)


def _once(words: Sequence[str]) -> dict[tuple[str, ...], int]:
    places: dict[tuple[str, ...], int] = {}
    again: set[tuple[str, ...]] = set()
    for at, run in enumerate(zip(*(words[offset:] for offset in range(RUN)), strict=False)):
        if run in places:
            again.add(run)
        places[run] = at
    return {run: at for run, at in places.items() if run not in again}


def _chain(found: Sequence[Anchor]) -> list[Anchor]:
    """The longest subsequence whose right places rise; the left ones do already."""
    ends: list[int] = []
    tails: list[int] = []
    before: list[int | None] = []
    for number, each in enumerate(found):
        length = bisect_left(ends, each.right)
        before.append(tails[length - 1] if length else None)
        if length == len(ends):
            ends.append(each.right)
            tails.append(number)
        else:
            ends[length], tails[length] = each.right, number
    chain: list[Anchor] = []
    at = tails[-1] if tails else None
    while at is not None:
        chain.append(found[at])
        at = before[at]
    return chain[::-1]
