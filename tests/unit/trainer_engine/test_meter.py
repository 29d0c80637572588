import pytest

from services.trainer.engine import meter as meter_module
from services.trainer.engine.job import Phase, Progress
from services.trainer.engine.meter import LATER, PREPARING, Meter

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


@pytest.mark.parametrize("skipped", [0.0, 0.5])
def test_the_time_to_go_is_right_where_the_costs_are(
    monkeypatch: pytest.MonkeyPatch, skipped: float
) -> None:
    """A job whose phases take as many seconds as they cost; training may be half done already."""
    now = 0.0
    monkeypatch.setattr(meter_module.time, "monotonic", lambda: now)
    told: list[tuple[float, Progress]] = []
    meter = Meter(lambda progress: told.append((now, progress)), lambda: False)
    seconds = {phase: 20.0 + 10 * place for place, phase in enumerate(LATER)}
    total = sum(seconds.values()) * 100 / (100 - PREPARING)
    now += total * PREPARING / 100
    meter.expect(seconds)
    for phase, wanted in seconds.items():
        begin = skipped if phase == "training" else 0.0
        meter.enter(phase, begin)
        for share in (each / 20 for each in range(1, 21) if each / 20 > begin):
            now += wanted / 20
            meter.tick(share)

    known = {"training", "blending", "exporting", "evaluating"} if skipped else set(LATER)
    late = [(at, p.eta_seconds) for at, p in told if p.percent >= 10 and p.phase in known]
    assert late
    for at, eta in late:
        assert eta == pytest.approx(now - at, abs=0.3)


def test_the_loss_curve_is_told_to_its_end() -> None:
    told: list[Progress] = []
    meter = Meter(told.append, lambda: False)
    meter.loss = [(step, 1.0) for step in range(1, 1000)]

    meter.tick(0.5)

    assert told[-1].loss[0] == (1, 1.0)
    assert len(told[-1].loss) <= 300
