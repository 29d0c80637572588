"""Which part of the model is trained, and what the phases then cost."""

from dataclasses import dataclass

from .hardware import Hardware
from .job import EngineSettings, Phase, Strategy
from .noise import COUNT as NOISES

HOUR = 3600.0

WHOLE_FROM = 10 * HOUR
"""Seconds of audio from which a GPU trains the whole model."""

DECODING = 0.3
"""Cost of a held-out clip's text, where 1 is the encoder's pass over 30 s."""

DECODER_STEP = 0.6
"""Cost of a window in a step of the decoder, forward and back."""

WHOLE_STEP = 4.5
"""The same of the whole model."""

CHECKING = 16.0
"""Cost of the export and its check."""


def choose_strategy(settings: EngineSettings, hardware: Hardware, seconds: float) -> Strategy:
    """What the settings say, else the decoder alone unless a GPU meets much audio (`docs`)."""
    if settings.strategy != "auto":
        return settings.strategy
    return "whole" if hardware.device == "cuda" and seconds >= WHOLE_FROM else "decoder"


@dataclass(frozen=True)
class Amounts:
    """What there is to do: held-out clips, windows of all packings, windows of all steps."""

    test: int
    development: int
    windows: int
    visits: int


def costs(amounts: Amounts, settings: EngineSettings, strategy: Strategy) -> dict[Phase, float]:
    """Of the phases, in passes of the encoder over 30 s."""
    whole = strategy == "whole"
    held_out = amounts.test + amounts.development
    answer = DECODING + whole  # a model whose encoder is its own must listen itself
    visit = WHOLE_STEP if whole else DECODER_STEP
    examined = settings.epochs * amounts.development
    return {
        "baseline": held_out * (1 + DECODING) + NOISES,
        "encoding": amounts.windows * (0.1 if whole else 1.0),
        "training": amounts.visits * visit + examined * visit / 3,
        "blending": len(settings.blends) * (amounts.development * answer + 2),
        "exporting": CHECKING,
        "evaluating": amounts.test * answer + NOISES,
    }
