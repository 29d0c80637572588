"""What has nothing in common is compared at a bounded cost, and that can be stopped."""

from collections.abc import Sequence

import pytest

from shared.speech.alignment import matching
from shared.speech.alignment.align import align

from .heard import check, said

BOUND = 400


@pytest.fixture
def products(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Of the lengths that are compared at once: nothing else runs meanwhile."""
    found: list[int] = []
    compare = matching.Levenshtein.opcodes

    class Watched:
        @staticmethod
        def opcodes(left: Sequence[str], right: Sequence[str]) -> object:
            found.append(len(left) * len(right))
            return compare(left, right)

    monkeypatch.setattr(matching, "Levenshtein", Watched)
    monkeypatch.setattr(matching, "CELLS", BOUND)
    return found


def test_a_text_without_anchors_is_compared_in_shares(products: list[int]) -> None:
    text = "un deux " * 60
    heard = said("un zut " * 90)
    ticks: list[int] = []
    found = align(text, heard, "fr", 100, lambda: ticks.append(len(products)))
    check(text, found, 100)
    assert max(products) <= 1.5 * BOUND
    assert sum(products) < 120 * 180 / 4
    assert set(ticks) >= set(range(len(products))), "it may be stopped before each of them"


def test_matching_can_be_stopped(products: list[int]) -> None:
    def stop() -> None:
        if len(products) == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        align("un deux " * 60, said("un zut " * 90), "fr", 100, stop)
    assert len(products) == 2


def test_a_text_of_signs_alone_is_compared_with_nothing(products: list[int]) -> None:
    check("« " * 30, align("« " * 30, said("un zut " * 90), "fr", 100), 100)
    assert sum(products) == 0
