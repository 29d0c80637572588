from services.trainer.engine.job import Progress
from services.trainer.engine.meter import BANDS, Meter


def test_a_widened_phase_takes_its_share_and_the_whole_stays_whole() -> None:
    told: list[Progress] = []
    meter = Meter(told.append, lambda: False)
    meter.widen("preparing", 0.3)

    for phase in BANDS:
        meter.enter(phase)
        meter.tick(1.0)

    percents = [each.percent for each in told]
    assert percents == sorted(percents)
    assert percents[1] == round(0.7 * 3 + 30, 1)
    assert percents[-1] == 100


def test_the_loss_curve_is_told_to_its_end() -> None:
    told: list[Progress] = []
    meter = Meter(told.append, lambda: False)
    meter.loss = [(step, 1.0) for step in range(1, 1000)]

    meter.tick(0.5)

    assert told[-1].loss[0] == (1, 1.0)
    assert len(told[-1].loss) <= 300
