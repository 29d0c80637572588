"""The memory of features."""

from typing import Any

import pytest

from services.gateway.features import Features
from shared.errors import ArgotError
from shared.rpc.contract import Nothing
from shared.rpc.quota import Feature, GetFeatures, NoteParent
from shared.rpc.quota import Features as Answer


class Quota:
    """A fake neighbour."""

    def __init__(self, *features: Feature) -> None:
        self.features = list(features)
        self.asked = 0
        self.noted: list[str] = []
        self.meanwhile = lambda: None

    def __call__(self, request: GetFeatures | NoteParent) -> Any:
        if isinstance(request, NoteParent):
            self.noted.append(request.parent_org)
            return Nothing()
        self.asked += 1
        answer = Answer(features=list(self.features), parent_org=next(iter(self.noted), None))
        self.meanwhile()
        return answer


def ask(features: Features, quota: Any) -> list[Feature]:
    return features.of("acme", quota)


def test_asked_once() -> None:
    features, quota = Features(60), Quota("automatic_training")
    assert ask(features, quota) == ask(features, quota) == ["automatic_training"]
    assert quota.asked == 1


def test_not_remembered_for_ever() -> None:
    features, quota = Features(0), Quota()
    ask(features, quota)
    ask(features, quota)
    assert quota.asked == 2


def test_forgotten_at_once() -> None:
    features, quota = Features(60), Quota()
    assert ask(features, quota) == []
    quota.features = ["automatic_training"]
    features.forget("acme")
    assert ask(features, quota) == ["automatic_training"]


def test_an_answer_that_a_change_overtook_is_not_remembered() -> None:
    features, quota = Features(60), Quota()
    quota.meanwhile = lambda: features.forget("acme")
    ask(features, quota)
    quota.meanwhile = lambda: None
    ask(features, quota)
    assert quota.asked == 2


def test_no_answer_is_not_remembered() -> None:
    def away(_request: GetFeatures) -> Any:
        raise ArgotError("service-unavailable")

    features, quota = Features(60), Quota("automatic_training")
    with pytest.raises(ArgotError):
        ask(features, away)
    assert ask(features, quota) == ["automatic_training"]


def test_a_parent_is_told_once_and_counts_at_once() -> None:
    features, quota = Features(60), Quota()
    assert features.reseller_of("acme", quota) is None
    for _ in range(2):
        features.note_parent("acme", "reseller", quota)
        assert features.reseller_of("acme", quota) == "reseller"
    assert quota.noted == ["reseller"]


def test_a_parent_that_could_not_be_told_is_told_again() -> None:
    def away(_request: Any) -> Any:
        raise ArgotError("service-unavailable")

    features, quota = Features(60), Quota()
    with pytest.raises(ArgotError):
        features.note_parent("acme", "reseller", away)
    features.note_parent("acme", "reseller", quota)
    assert quota.noted == ["reseller"]
