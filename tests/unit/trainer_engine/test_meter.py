import math
from itertools import pairwise

import pytest

from services.trainer.engine import meter as meter_module
from services.trainer.engine.job import Phase, Progress
from services.trainer.engine.meter import LATER, LOSS_POINTS, PREPARING, Meter

PHASES: tuple[Phase, ...] = ("preparing", *LATER)


def test_the_whole_is_shared_out_by_what_the_phases_cost() -> None:
    told: list[Progress] = []
    meter = Meter(told.append, lambda: False)
    meter.prepare(0.3)
    meter.enter("preparing")
    meter.tick(1.0)
    meter.expect(dict.fromkeys(LATER, 1.0))

    for phase in LATER:
        meter.enter(phase)
        meter.tick(1.0)

    percents = [each.percent for each in told]
    assert percents == sorted(percents)
    assert percents[1] == round(0.7 * PREPARING + 30, 1)
    assert percents[3] == round(percents[1] + (100 - percents[1]) / len(LATER), 1)
    assert percents[-1] == 100


@pytest.mark.parametrize(
    "done",
    [
        {},
        {"baseline": 0.8, "encoding": 1.0},
        {"baseline": 0.8, "encoding": 1.0, "training": 0.5},
    ],
)
@pytest.mark.parametrize("left_out", [0.0, 0.5])
def test_the_time_to_go_is_right_where_the_costs_are(
    monkeypatch: pytest.MonkeyPatch, done: dict[Phase, float], left_out: float
) -> None:
    """A job whose phases take as many seconds as they cost.

    An earlier run may have `done` shares of them; of the training, a half may be left out.
    """
    now = 0.0
    monkeypatch.setattr(meter_module.time, "monotonic", lambda: now)
    told: list[tuple[float, Progress]] = []
    meter = Meter(lambda progress: told.append((now, progress)), lambda: False)
    seconds = {phase: 20.0 + 10 * place for place, phase in enumerate(LATER)}
    total = sum(seconds.values()) * 100 / (100 - PREPARING)
    now += total * PREPARING / 100
    meter.expect(seconds)
    for phase, wanted in seconds.items():
        begin = done.get(phase, 0.0)
        stop = 1 - left_out if phase == "training" else 1.0
        meter.enter(phase, begin)
        for share in (each / 20 for each in range(1, 21) if begin < each / 20 <= stop):
            now += wanted / 20
            meter.tick(share)
        if phase == "training":
            meter.leave_out(left_out)

    known: set[Phase] = {"blending", "exporting", "evaluating"}
    if not left_out:
        known |= {"training", "checking"} if "training" not in done else {"training"}
    late = [
        (at, each.eta_seconds)
        for at, each in told
        if each.percent >= 10 and each.phase in known and each.eta_seconds is not None
    ]
    assert late
    for at, eta in late:
        assert eta == pytest.approx(now - at, abs=0.3)


def test_at_the_end_no_time_is_left_and_not_less_than_none(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(meter_module.time, "monotonic", lambda: now)
    told: list[Progress] = []
    for number in range(1, 50):
        meter = Meter(told.append, lambda: False)
        meter.expect({phase: 0.1 * number * place for place, phase in enumerate(LATER, 1)})
        for phase in LATER:
            meter.enter(phase)
            now += 10.0
        meter.finish()
        eta = told[-1].eta_seconds
        assert eta is not None
        assert (eta, math.copysign(1.0, eta)) == (0.0, 1.0)


def test_the_loss_curve_is_told_to_its_end() -> None:
    told: list[Progress] = []
    meter = Meter(told.append, lambda: False)
    meter.loss = [(step, 1.0) for step in range(1, 1000)]

    meter.tick(0.5)

    assert told[-1].loss[-1] == (999, 1.0)
    assert len(told[-1].loss) <= LOSS_POINTS
    assert {second[0] - first[0] for first, second in pairwise(told[-1].loss)} == {5}
