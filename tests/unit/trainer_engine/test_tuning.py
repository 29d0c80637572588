from itertools import chain

import pytest

from services.trainer.engine.blending import choose
from services.trainer.engine.job import EngineSettings
from services.trainer.engine.tuning import IGNORED, collate, plan, rate


def test_a_plan_takes_each_window_once_an_epoch_and_packings_in_turn() -> None:
    settings = EngineSettings(epochs=3, batch_windows=4)
    packings = [range(10), range(10, 17)]
    steps = plan(packings, settings)
    assert len(steps) == 3 + 2 + 3
    first, second, third = (sorted(chain(*part)) for part in (steps[:3], steps[3:5], steps[5:]))
    assert first == list(range(10))
    assert second == list(range(10, 17))
    assert third == list(range(10))
    assert steps[:3] != steps[5:]
    assert steps == plan(packings, settings)


def test_the_rate_rises_to_the_peak_and_falls_to_nothing() -> None:
    settings = EngineSettings(learning_rate=1.0, warmup=0.1)
    rates = [rate(step, 100, settings) for step in range(100)]
    assert max(rates) == 1.0
    assert rates.index(1.0) == 9
    assert rates[:10] == sorted(rates[:10])
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert 0 < rates[-1] < 0.02


def test_targets_are_the_inputs_moved_by_one_without_the_prompt() -> None:
    inputs, targets = collate([((1, 2, 3, 4, 5), 2), ((1, 2, 9), 2)])
    assert inputs.tolist() == [[1, 2, 3, 4], [1, 2, 0, 0]]
    assert targets.tolist() == [[IGNORED, 3, 4, 5], [IGNORED, 9, IGNORED, IGNORED]]


@pytest.mark.parametrize(
    ("wers", "share"),
    [
        ({0.0: 0.20, 0.5: 0.15, 0.75: 0.14, 1.0: 0.14}, 0.75),
        ({0.0: 0.20, 0.5: 0.15, 0.75: 0.148, 1.0: 0.14}, 0.75),
        ({0.0: 0.20, 0.5: 0.10, 0.75: 0.14, 1.0: 0.16}, 0.5),
        ({0.0: 0.20, 0.5: 0.20, 0.75: 0.30, 1.0: 0.40}, 0.5),
        ({0.0: 0.10, 0.5: 0.20, 0.75: 0.30, 1.0: 0.40}, 0.0),
    ],
)
def test_the_blend_prefers_three_quarters_within_the_noise(
    wers: dict[float, float], share: float
) -> None:
    assert choose(wers) == share
