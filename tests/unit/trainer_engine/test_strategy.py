import pytest

from services.trainer.engine.hardware import Hardware
from services.trainer.engine.job import EngineSettings, Strategy
from services.trainer.engine.meter import LATER
from services.trainer.engine.strategy import Amounts, choose_strategy, costs

CPU, GPU = Hardware("cpu", autocast=False), Hardware("cuda", autocast=True)
AMOUNTS = Amounts(test=20, development=10, windows=60, packing=30, visits=180)


@pytest.mark.parametrize(("hardware", "chosen"), [(CPU, "decoder"), (GPU, "whole")])
def test_the_whole_model_is_for_a_gpu_unless_the_settings_say_so(
    hardware: Hardware, chosen: Strategy
) -> None:
    assert choose_strategy(EngineSettings(), hardware) == chosen
    wishes: tuple[Strategy, ...] = ("decoder", "whole")
    for wanted in wishes:
        assert choose_strategy(EngineSettings(strategy=wanted), hardware) == wanted


def test_every_phase_has_a_cost_and_a_whole_model_trains_longest() -> None:
    decoder, whole = (costs(AMOUNTS, EngineSettings(), each) for each in ("decoder", "whole"))
    assert decoder.keys() == whole.keys() == LATER.keys()
    assert min(*decoder.values(), *whole.values()) > 0
    assert whole["training"] > 5 * decoder["training"]
    assert whole["encoding"] < decoder["encoding"]
