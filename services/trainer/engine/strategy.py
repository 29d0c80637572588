"""Which part of the model is trained, and what the phases then cost."""

from dataclasses import dataclass

from .hardware import Hardware
from .job import EngineSettings, Phase, Strategy
from .noise import COUNT as NOISES

RATES: dict[Strategy, float] = {"decoder": 6e-5, "whole": 3e-5}
"""Learning rates at their peak."""

DECODING = 0.4
"""Cost of a held-out clip's text, where 1 is the encoder's pass over 30 s."""

DECODER_STEP = 0.6
"""Cost of a window in a step of the decoder, forward and back."""

WHOLE_STEP = 4.5
"""The same of the whole model."""

FORWARD = 0.3
"""Share of a step's cost before the way back."""

LOADING = 3.0
"""Cost of a model that is written and loaded."""

NOISE = 2.0
"""Cost of a noise's text, which may be long."""

LISTENING = 5.0
"""Cost of the clips whose text is unlikely."""

EXPORTING = 16.0
"""Cost of the export and its check."""


def choose_strategy(settings: EngineSettings, hardware: Hardware) -> Strategy:
    """What the settings say, else the whole model on a GPU and the decoder alone on a processor.

    The whole model makes some errors less for several times the work (``docs/training.md``).
    """
    if settings.strategy != "auto":
        return settings.strategy
    return "whole" if hardware.device == "cuda" else "decoder"


@dataclass(frozen=True)
class Amounts:
    """What there is to do: held-out clips, windows of all packings and of the first.

    ``visits`` are the windows of all steps.
    """

    test: int
    development: int
    windows: int
    packing: int
    visits: int


def costs(amounts: Amounts, settings: EngineSettings, strategy: Strategy) -> dict[Phase, float]:
    """Of the phases, in passes of the encoder over 30 s."""
    whole = strategy == "whole"
    held_out = amounts.test + amounts.development
    answer = DECODING + whole  # a model whose encoder is its own must listen itself
    visit = WHOLE_STEP if whole else DECODER_STEP
    examined = settings.epochs * amounts.development
    return {
        "baseline": held_out * (1 + DECODING) + NOISES * (1 + NOISE) + LOADING,
        "encoding": amounts.windows * (0.1 if whole else 1.0),
        "checking": amounts.packing * visit * FORWARD + LISTENING,
        "training": amounts.visits * visit + examined * visit * FORWARD,
        "blending": len(settings.blends) * (amounts.development * answer + LOADING),
        "exporting": EXPORTING,
        "evaluating": amounts.test * answer + NOISES * NOISE + LOADING,
    }
